import { readSettings } from '../../config/settings.ts';
import { systemClock } from '../../src/events/clock.ts';
import type { TelemetryEvent } from '../../src/schema/eventFields.ts';
import { Flusher } from '../../src/pipeline/flusher.ts';
import { EventCounters } from '../../src/pipeline/eventCounters.ts';
import { Losses } from '../../src/pipeline/losses.ts';
import { ThrottledLogger } from '../../src/logging/throttledLogger.ts';
import { EventQueue } from '../../src/pipeline/eventQueue.ts';
import { EventRecorder } from '../../src/pipeline/eventRecorder.ts';
import { ActiveTelemetry, type EnabledSettings } from '../../src/telemetry/activeTelemetry.ts';
import { atEnd } from '../support/cleanup.ts';
import { makeEvents } from '../support/events.ts';
import type { Contestant } from './contestant.ts';

const SALT = 'f3a1c9d27b6e4085a1d3c5e7f90b2468ace13579bdf02468';
const GUILDS = Array.from({ length: 500 }, (_, index) => String(100_000_000_000_000_000n + BigInt(index)));
const log = new ThrottledLogger(() => ({ info: () => undefined, warn: complain, error: complain }));

function complain(message: string): void {
  process.stderr.write(`${message}\n`);
}

/** The settings of a bot with telemetry on. */
export function enabledSettings(env: Readonly<Record<string, string>>): EnabledSettings {
  return readSettings({ TELEMETRY_ENABLED: 'true', TELEMETRY_HASH_SALT: SALT, ...env }) as EnabledSettings;
}

/** The whole of the plugin, as its listeners call it: a run is begun, succeeds and ends, which makes two events. */
export async function startTelemetry(env: Readonly<Record<string, string>>): Promise<ActiveTelemetry> {
  const telemetry = new ActiveTelemetry({ settings: enabledSettings(env), log });
  telemetry.start();
  atEnd(() => telemetry.close());
  while (telemetry.status().state !== 'open') await new Promise((resolve) => setTimeout(resolve, 20));
  return telemetry;
}

export function makeRuns({ runs: recorder }: ActiveTelemetry, runs: number): void {
  for (let run = 0; run < runs; run += 1) {
    const key = {};
    recorder.begin(key, {
      surface: 'discord',
      feature: 'generator',
      operation: 'preset',
      provider: 'alttpr',
      guildId: GUILDS[run % GUILDS.length]
    });
    recorder.succeed(key);
    recorder.end(key);
  }
}

export async function wholePlugin(
  name: string,
  env: Readonly<Record<string, string>>,
  count: () => number | Promise<number>
): Promise<Contestant> {
  const telemetry = await startTelemetry(env);
  return {
    name,
    unit: 'event',
    unitsPerRun: 2,
    make: (units) => makeRuns(telemetry, units / 2),
    deliver: async () => {
      if (!(await telemetry.flush())) throw new Error(`${name}: ${telemetry.status().problem ?? 'not open'}`);
    },
    delivered: count
  };
}

/** `record()` alone: the check of an event that was made before, and its place in the queue, which is emptied off the clock. */
export function recorderAlone(): Contestant {
  const queue = new EventQueue(1000);
  const shared = { queue, counters: new EventCounters(), losses: new Losses(), log };
  const flusher = new Flusher({ ...shared, intervalMs: 2000 });
  const recorder = new EventRecorder({ ...shared, onQueued: () => flusher.onQueued() });
  let next: readonly TelemetryEvent[] = makeEvents(systemClock().today(), 500);
  let taken = 0;
  return {
    name: 'record() alone, of a ready event, no way out',
    unit: 'event',
    unitsPerRun: 2,
    make: (units) => {
      for (let index = 0; index < units; index += 1) recorder.record(next[index] as TelemetryEvent);
    },
    deliver: async () => {
      const batch = queue.take(queue.capacity);
      taken += batch.length;
      queue.settle(batch.length);
      next = makeEvents(systemClock().today(), 500);
    },
    delivered: () => taken
  };
}
