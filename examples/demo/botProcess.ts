import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, openSync, readFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

export const BOT = fileURLToPath(new URL('../bot/main.js', import.meta.url));
/** Sapphire reads the package.json of its working directory to tell whether the bot's files are ES modules. */
export const PACKAGE_ROOT = fileURLToPath(new URL('../..', import.meta.url));
const LEASH = new URL('endWithParent.ts', import.meta.url).href;

/** Longer than the bot may take to write what is queued (3 s) and to leave Discord. */
const STOP_MS = 8_000;
const TAIL_LINES = 15;

/** The sample bot in a process of its own, as it would run on a server. It never outlives this one. */
export class BotProcess {
  readonly #child: ChildProcess;
  readonly #log: string;
  readonly #kill = (): void => void this.#child.kill('SIGKILL');

  /**
   * @param env all that the bot is told
   * @param log the file that its output goes to
   */
  constructor(env: Record<string, string>, log: string) {
    // What is set here for another bot is not for this one.
    const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith('TELEMETRY_'));
    const output = openSync(log, 'a');
    this.#log = log;
    this.#child = spawn(process.execPath, ['--import', LEASH, BOT], {
      cwd: PACKAGE_ROOT,
      env: { ...Object.fromEntries(inherited), ...env },
      stdio: ['pipe', output, output]
    });
    closeSync(output);
    process.once('exit', this.#kill);
  }

  /** @throws {Error} when the bot has ended, with the last lines of its log. */
  assertRunning(): void {
    const { exitCode, signalCode } = this.#child;
    if (exitCode !== null || signalCode !== null) throw this.#failure(`The bot ended by itself (${signalCode ?? exitCode})`);
  }

  /** Waits until `happened`, while the bot runs. */
  async until(happened: () => boolean, what: string, withinMs: number): Promise<void> {
    const deadline = performance.now() + withinMs;
    while (!happened()) {
      this.assertRunning();
      if (performance.now() > deadline) throw this.#failure(`The bot has not ${what} within ${withinMs / 1000} s`);
      await wait(25);
    }
  }

  /** Stops the bot as an operator does. */
  async stop(): Promise<void> {
    this.assertRunning();
    const ended = once(this.#child, 'exit');
    this.#child.kill('SIGTERM');
    const outcome = await Promise.race([ended, wait(STOP_MS, 'late', { ref: false })]);
    if (outcome === 'late') this.#kill();
    process.off('exit', this.#kill);
    const { exitCode, signalCode } = this.#child;
    if (outcome === 'late') throw this.#failure(`The bot had not ended ${STOP_MS / 1000} s after SIGTERM`);
    if (exitCode !== 0) throw this.#failure(`The bot ended with ${signalCode ?? exitCode}`);
  }

  #failure(message: string): Error {
    const lines = existsSync(this.#log) ? readFileSync(this.#log, 'utf8').trimEnd().split('\n').slice(-TAIL_LINES) : [];
    return new Error([`${message}. The end of ${this.#log}:`, ...lines].join('\n  '));
  }
}
