// The sample bot under a soak: it answers what its parent asks over their channel, one thing at a time.
import { setTimeout as wait } from 'node:timers/promises';
import { container } from '@sapphire/framework';
import type { TelemetryStatus } from '../../src/index.ts';

export type SoakRequest = 'snapshot' | 'destroy';

/** The state of the bot's process. */
export interface Snapshot {
  readonly status: TelemetryStatus;
  /** Bytes of the heap that are in use after all garbage is collected. */
  readonly heap: number;
  /** What would keep the process alive: timers, sockets, servers. Its two ends of pipes to its parent are not among them. */
  readonly resources: readonly string[];
}

/** Sockets of `fetch`, the cooldowns of the bot's commands and the sweep of them end so long after their last use. */
const KEEP_ALIVE_MS = 40_000;

process.on('message', (request: SoakRequest) => {
  void answer(request).then((snapshot) => process.send?.(snapshot));
});

async function answer(request: SoakRequest): Promise<Snapshot> {
  if (request === 'destroy') {
    await container.client.destroy();
    await wait(KEEP_ALIVE_MS);
  }
  globalThis.gc?.();
  return {
    status: container.telemetry.status(),
    heap: process.memoryUsage().heapUsed,
    resources: process.getActiveResourcesInfo().filter((name) => name !== 'PipeWrap')
  };
}

const BOT: string = '../../examples/bot/main.js';
await import(BOT);
