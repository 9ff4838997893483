#!/usr/bin/env node
/** The oldest Node that MikroORM runs on. */
const OLDEST = [22, 17] as const;

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < OLDEST[0] || (major === OLDEST[0] && minor < OLDEST[1])) {
  process.stderr.write(`sapphire-telemetry needs Node ${OLDEST.join('.')} or newer; this is ${process.versions.node}\n`);
  process.exitCode = 1;
} else {
  // Imported only now: older versions of Node stop at the imports with an error that says nothing of this.
  const { runCli } = await import('./program.ts');
  const exitCode = await runCli(process.argv.slice(2));
  // Set already where the output could not be written.
  process.exitCode ??= exitCode;
}
