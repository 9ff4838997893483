/** The part of a logger that is used; Sapphire's has it. */
export interface Logger {
  info(message: string): void;
  warn(message: string): void;
  error(message: string): void;
}

const MINUTE_MS = 60_000;

/** Logs each kind of fault once a period, however often it happens. Never throws, even where the logger does. */
export class ThrottledLogger {
  readonly #logger: () => Logger;
  readonly #last = new Map<string, number>();

  /** @param logger asked at every line, since Sapphire makes its logger after the settings are read. */
  constructor(logger: () => Logger) {
    this.#logger = logger;
  }

  info(message: string): void {
    this.#say('info', message);
  }

  /** Warns at most once in `periodMinutes` for each kind. */
  warn(kind: string, message: string, periodMinutes = 10): void {
    if (this.#isDue(kind, periodMinutes)) this.#say('warn', message);
  }

  error(kind: string, message: string, periodMinutes = 10): void {
    if (this.#isDue(kind, periodMinutes)) this.#say('error', message);
  }

  /** The fault is over: its next occurrence is news again. */
  clear(kind: string): void {
    this.#last.delete(kind);
  }

  #say(level: keyof Logger, message: string): void {
    try {
      this.#logger()[level](message);
    } catch {
      // There is nowhere left to say it.
    }
  }

  #isDue(kind: string, periodMinutes: number): boolean {
    const now = performance.now();
    const last = this.#last.get(kind);
    if (last !== undefined && now - last < periodMinutes * MINUTE_MS) return false;
    this.#last.set(kind, now);
    return true;
  }
}
