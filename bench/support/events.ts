import { createHash, randomUUID } from 'node:crypto';
import type { TelemetryEvent } from '../../src/schema/eventFields.ts';
import { Names, type Operation } from '../../src/events/names.ts';

export const OPERATIONS = 40;
export const GUILDS = 2_000;
export const PROVIDERS = ['alttpr', 'samus.link', 'sm.samus.link', 'racetime.gg'];
export const FAILURES = [
  ['error', 'unexpected_error'],
  ['error', 'invalid_preset'],
  ['error', 'provider_unavailable'],
  ['error', 'provider_error'],
  ['error', 'invalid_input'],
  ['timeout', 'provider_timeout'],
  ['denied', 'permission_denied'],
  ['denied', 'rate_limited']
] as const;
export const FAILURE_SHARE = 0.08;
/** Of the logarithm of a run's milliseconds: a median of 245 ms. */
export const DURATION_MEAN = 5.5;
export const DURATION_DEVIATION = 0.9;

const names = new Names();
/** As `fill.ts` names them in SQL. */
const operations: readonly Operation[] = Array.from({ length: OPERATIONS }, (_, index) =>
  names.operation({ surface: 'discord', feature: `feature_${Math.floor(index / 5)}`, operation: `operation_${index}` })
);
const guilds = Array.from({ length: GUILDS }, (_, index) => createHash('sha256').update(String(index)).digest('hex'));

/** Two events of each run on `day`; few operations and guilds have most of them. In no order. */
export function makeEvents(day: string, runs: number): TelemetryEvent[] {
  const events: TelemetryEvent[] = [];
  for (let run = 0; run < runs; run += 1) {
    const index = Math.floor(Math.random() ** 2 * OPERATIONS);
    const operation = operations[index] as Operation;
    const failure = Math.random() < FAILURE_SHARE ? FAILURES[Math.floor(Math.random() * FAILURES.length)] : undefined;
    const shared = {
      dayBucket: day,
      surface: operation.surface,
      feature: operation.feature,
      provider: index % 5 === 0 ? null : (PROVIDERS[index % 4] ?? null),
      guildHash: guilds[Math.floor(Math.random() ** 2 * GUILDS)] ?? null,
      sampleRate: 1
    };
    const action = failure === undefined ? 'success' : 'failure';
    events.push(
      {
        ...shared,
        id: randomUUID(),
        eventName: operation.eventName.invoke,
        action: 'invoke',
        status: 'ok',
        durationMs: null,
        errorType: null
      },
      {
        ...shared,
        id: randomUUID(),
        eventName: operation.eventName[action],
        action,
        status: failure?.[0] ?? 'ok',
        durationMs: failure?.[0] === 'denied' ? null : duration(),
        errorType: failure?.[1] ?? null
      }
    );
  }
  return events;
}

/** Batches as the queue gives them. */
export function makeBatches(day: string, batches: number, size: number): TelemetryEvent[][] {
  return Array.from({ length: batches }, () => makeEvents(day, size / 2));
}

function duration(): number {
  const normal = Math.sqrt(-2 * Math.log(1 - Math.random())) * Math.cos(2 * Math.PI * Math.random());
  return Math.round(Math.exp(DURATION_MEAN + DURATION_DEVIATION * normal));
}
