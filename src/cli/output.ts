/**
 * Minds what becomes of the output: a reader that closes it early has what it wanted, as `head` does; whatever else goes wrong is said in one line
 * and ends with 1.
 */
export function mindOutput(): void {
  process.stdout.on('error', ({ code }: NodeJS.ErrnoException) => {
    if (code === 'EPIPE') return;
    process.exitCode = 1;
    process.stderr.write(`The output can't be written: ${code ?? 'no reason is known'}\n`);
  });
  // There is nobody left to tell.
  process.stderr.on('error', () => undefined);
}
