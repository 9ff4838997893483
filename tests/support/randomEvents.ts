import { randomUUID } from 'node:crypto';
import { GUILD_HASH } from '../../src/schema/patterns.ts';
import type { TelemetryEvent } from '../../src/schema/eventFields.ts';
import { Names } from '../../src/events/names.ts';

/** A small seeded generator (mulberry32), so that a failing run can be repeated. */
export function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d_2b_79_f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const names = new Names();
const OPERATIONS = ['preset', 'mystery', 'daily', 'room'].flatMap((operation) =>
  (['discord', 'racetime'] as const).map((surface) => names.operation({ surface, feature: 'generator', operation }))
);

/** Events of whole runs, and of some that never ended, spread over `days`, in the order of their keys. */
export function randomEvents(random: () => number, days: readonly string[], runs: number): TelemetryEvent[] {
  const pick = <T>(values: readonly T[]): T => values[Math.floor(random() * values.length)] as T;
  const events: TelemetryEvent[] = [];
  for (let run = 0; run < runs; run += 1) {
    const operation = pick(OPERATIONS);
    const shared = {
      dayBucket: pick(days),
      surface: operation.surface,
      feature: operation.feature,
      provider: pick([null, 'alttpr', 'sm.samus.link']),
      guildHash: pick([null, ...guildHashes]),
      sampleRate: pick([1, 0.25])
    };
    events.push({
      ...shared,
      id: randomUUID(),
      eventName: operation.eventName.invoke,
      action: 'invoke',
      status: 'ok',
      durationMs: null,
      errorType: null
    });
    if (random() < 0.02) continue;
    const end = { ...shared, id: randomUUID(), durationMs: random() < 0.1 ? null : Math.floor(10 ** (random() * 5)) };
    if (random() < 0.8) events.push({ ...end, eventName: operation.eventName.success, action: 'success', status: 'ok', errorType: null });
    else {
      const [status, errorType] = pick([
        ['error', 'unexpected_error'] as const,
        ['timeout', 'provider_timeout'] as const,
        ['denied', 'rate_limited'] as const
      ]);
      const durationMs = status === 'denied' ? null : end.durationMs;
      events.push({ ...end, eventName: operation.eventName.failure, action: 'failure', status, errorType, durationMs });
    }
  }
  return events.toSorted((a, b) => (a.dayBucket === b.dayBucket ? (a.id < b.id ? -1 : 1) : a.dayBucket < b.dayBucket ? -1 : 1));
}

const guildHashes = Array.from({ length: 12 }, (_, index) => index.toString(16).padStart(64, '0')).filter((hash) => GUILD_HASH.test(hash));
