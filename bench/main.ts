// What telemetry costs: npm run bench [-- question… --rows 1000000 --against ../another/checkout]. README.md lists the questions.
import { inspect } from 'node:util';
import { releaseAll } from './support/cleanup.ts';
import { readArguments, UsageError, type BenchOptions } from './support/options.ts';
import { print } from './support/table.ts';

interface Question {
  /** Whether another checkout can take turns with this one. */
  readonly comparable: boolean;
  /** Loaded one by one, so that no question is measured among the modules of another. */
  readonly load: () => Promise<(options: BenchOptions) => Promise<void>>;
}

/** By the name of its file. */
const QUESTIONS: Readonly<Record<string, Question>> = {
  record: { comparable: true, load: async () => (await import('./questions/record.ts')).record },
  meter: { comparable: true, load: async () => (await import('./questions/meter.ts')).meter },
  command: { comparable: true, load: async () => (await import('./questions/command.ts')).command },
  memory: { comparable: true, load: async () => (await import('./questions/memory.ts')).memory },
  surfaces: { comparable: true, load: async () => (await import('./questions/surfaces.ts')).surfaces },
  flush: { comparable: false, load: async () => (await import('./questions/flush.ts')).flush },
  writePostgresql: { comparable: false, load: async () => (await import('./questions/writePostgresql.ts')).writePostgresql },
  writeSqlite: { comparable: false, load: async () => (await import('./questions/writeSqlite.ts')).writeSqlite },
  diskSqlite: { comparable: true, load: async () => (await import('./questions/diskSqlite.ts')).diskSqlite },
  reportSqlite: { comparable: true, load: async () => (await import('./questions/reportSqlite.ts')).reportSqlite },
  reportTraffic: { comparable: false, load: async () => (await import('./questions/reportTraffic.ts')).reportTraffic },
  reportPostgresql: { comparable: true, load: async () => (await import('./questions/reportPostgresql.ts')).reportPostgresql },
  purge: { comparable: false, load: async () => (await import('./questions/purge.ts')).purge },
  picture: { comparable: false, load: async () => (await import('./questions/picture.ts')).picture }
};

for (const [signal, code] of [
  ['SIGINT', 130],
  ['SIGTERM', 143]
] as const) {
  process.once(signal, () => {
    print(`\n${signal}: removing what was made`);
    void releaseAll().finally(() => process.exit(code));
  });
}

try {
  const { questions, options } = readArguments(process.argv.slice(2), QUESTIONS);
  for (const name of questions) {
    const ask = await QUESTIONS[name]?.load();
    print(`\n## ${name}`);
    const begin = performance.now();
    await ask?.(options);
    print(`\nAnswered in ${Math.round((performance.now() - begin) / 1000)} s`);
  }
} catch (error) {
  const isUsage = error instanceof UsageError;
  process.stderr.write(isUsage ? `${error.message}\n` : `\nThe bench failed: ${inspect(error)}\n`);
  process.exitCode = isUsage ? 2 : 1;
} finally {
  await releaseAll();
}
