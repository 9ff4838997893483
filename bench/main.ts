// What telemetry costs: node --expose-gc bench/main.ts [part…], after npm run build. Without a part it runs them all.
import { releaseAll } from './support/cleanup.ts';
import { say } from './support/table.ts';

/** Loaded one by one, so that no part is measured among the modules of another. */
const PARTS: Readonly<Record<string, () => Promise<() => Promise<void>>>> = {
  record: async () => (await import('./record.ts')).record,
  command: async () => (await import('./command.ts')).command,
  surfaces: async () => (await import('./surfaces.ts')).surfaces,
  write: async () => (await import('./write.ts')).write,
  report: async () => (await import('./report.ts')).report,
  purge: async () => (await import('./purge.ts')).purge
};

for (const [signal, code] of [
  ['SIGINT', 130],
  ['SIGTERM', 143]
] as const) {
  process.once(signal, () => {
    say(`\n${signal}: removing what was made`);
    void releaseAll().finally(() => process.exit(code));
  });
}

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !(name in PARTS));
if (unknown.length > 0) {
  process.stderr.write(`There is no part ${unknown.join(', ')}. The parts: ${Object.keys(PARTS).join(', ')}\n`);
  process.exit(2);
}
try {
  for (const [name, load] of Object.entries(PARTS)) {
    if (wanted.length > 0 && !wanted.includes(name)) continue;
    const run = await load();
    say(`\n## ${name}`);
    await run();
  }
} catch (error) {
  process.stderr.write(`\nThe bench failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  process.exitCode = 1;
} finally {
  await releaseAll();
}
