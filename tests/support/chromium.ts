import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { pathToFileURL } from 'node:url';
import { temporaryFolder } from './databases.ts';
import { atSuiteEnd } from './postgresSuite.ts';

/** How a page is looked at. */
interface Look {
  readonly ending?: 'html' | 'svg';
  /** Of the window, in CSS pixels. */
  readonly width: number;
  readonly scheme?: 'light' | 'dark';
}

interface Message {
  readonly id?: number;
  readonly method?: string;
  readonly result?: Record<string, unknown>;
  readonly error?: { readonly message: string };
}

function find(): string | undefined {
  return ['chromium', 'chromium-browser', 'google-chrome'].find((command) => spawnSync(command, ['--version']).status === 0);
}

/** Whether this machine has a Chromium. */
export function hasChromium(): boolean {
  return find() !== undefined;
}

/** The Chromium of this machine without a window, driven by its DevTools protocol over pipes. It ends with the test file. */
export class Chromium {
  readonly #process: ChildProcess;
  readonly #folder: string;
  readonly #waiting = new Map<number, (message: Message) => void>();
  #lastId = 0;
  #session: unknown;
  #onLoad: () => void = () => undefined;

  static async start(): Promise<Chromium> {
    const chromium = new Chromium(await temporaryFolder());
    const { targetId } = await chromium.#call('Target.createTarget', { url: 'about:blank' });
    ({ sessionId: chromium.#session } = await chromium.#call('Target.attachToTarget', { targetId, flatten: true }));
    await chromium.#call('Page.enable');
    return chromium;
  }

  private constructor(folder: string) {
    this.#folder = folder;
    // Chromium has no sandbox for root.
    const flags = ['--headless=new', '--no-sandbox', '--disable-gpu', '--hide-scrollbars', '--remote-debugging-pipe', '--no-first-run'];
    this.#process = spawn(find() ?? '', [...flags, `--user-data-dir=${join(folder, 'profile')}`], {
      stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe']
    });
    atSuiteEnd(async () => {
      const ended = once(this.#process, 'exit');
      this.#process.kill('SIGKILL');
      await ended;
    });
    let read = '';
    (this.#process.stdio[4] as Readable).setEncoding('utf8').on('data', (data: string) => {
      const messages = (read + data).split('\0');
      read = messages.pop() ?? '';
      for (const message of messages) this.#hear(JSON.parse(message) as Message);
    });
  }

  /** Shows a file of its own that holds `content`, and resolves to what `expression` is there, in the JavaScript of the page. */
  async ask<Answer>(content: string, expression: string, { ending = 'html', width, scheme = 'light' }: Look): Promise<Answer> {
    const file = join(this.#folder, `${this.#lastId}.${ending}`);
    await writeFile(file, content);
    await this.#call('Emulation.setDeviceMetricsOverride', { width, height: 800, deviceScaleFactor: 1, mobile: width < 500 });
    await this.#call('Emulation.setEmulatedMedia', { features: [{ name: 'prefers-color-scheme', value: scheme }] });
    const loaded = new Promise<void>((resolve) => {
      this.#onLoad = resolve;
    });
    await this.#call('Page.navigate', { url: pathToFileURL(file).href });
    await loaded;
    const { result, exceptionDetails } = await this.#call('Runtime.evaluate', {
      expression: `document.fonts.ready.then(() => ${expression})`,
      awaitPromise: true,
      returnByValue: true
    });
    if (exceptionDetails !== undefined) throw new Error(JSON.stringify(exceptionDetails));
    return (result as { value: Answer }).value;
  }

  #call(method: string, params: Record<string, unknown> = {}): Promise<Record<string, unknown>> {
    return new Promise((resolve, reject) => {
      this.#lastId += 1;
      this.#waiting.set(this.#lastId, ({ result = {}, error }) => {
        if (error === undefined) resolve(result);
        else reject(new Error(`${method}: ${error.message}`));
      });
      (this.#process.stdio[3] as Writable).write(`${JSON.stringify({ id: this.#lastId, method, params, sessionId: this.#session })}\0`);
    });
  }

  #hear(message: Message): void {
    if (message.id !== undefined) this.#waiting.get(message.id)?.(message);
    else if (message.method === 'Page.loadEventFired') this.#onLoad();
  }
}
