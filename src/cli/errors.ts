/** The command line asks for something that can't be done as it stands. The message says what to write instead. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** An audit found something. The message holds a line a finding. */
export class FindingsError extends Error {
  override readonly name = 'FindingsError';

  constructor(findings: readonly string[]) {
    super(findings.join('\n'));
  }
}
