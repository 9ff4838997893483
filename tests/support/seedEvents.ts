import { addDays, daysDownFrom } from '../../src/events/day.ts';
import { systemClock, type Clock } from '../../src/events/clock.ts';
import type { Surface } from '../../src/schema/closedLists.ts';
import type { TelemetryEvent } from '../../src/schema/eventFields.ts';
import type { TelemetryLoss } from '../../src/schema/dictionary.ts';
import { readSettings } from '../../config/settings.ts';
import { openStore } from '../../src/storage/openStore.ts';
import type { PurgedDays, Store } from '../../src/store/store.ts';
import type { TestDatabase } from './databases.ts';
import { atSuiteEnd } from './postgresSuite.ts';
import { seededRandom } from './randomEvents.ts';

/** The store of a test database, with its tables made, at noon of `today`; closed when the test file ends. */
export async function openTestStore(database: TestDatabase, today = systemClock().today(), saltFingerprint?: string): Promise<Store> {
  const store = await openStore(readSettings(database.env), { migrate: true, busyTimeoutMs: 5000, saltFingerprint }, noonOf(today));
  atSuiteEnd(() => store.close());
  return store;
}

/** A clock that stands at noon of `today`. */
export function noonOf(today: string): Clock {
  return { ...systemClock(), today: () => today, nowMs: () => Date.parse(`${today}T12:00:00Z`) };
}

/** The newest day that is rolled up at noon of `today`. PostgreSQL waits for longer: its processes have clocks of their own. */
export function newestClosedDay({ engine }: TestDatabase, today: string): string {
  return addDays(today, engine === 'SQLite' ? -1 : -2);
}

/** The days that a purge deletes: `day` and all before it. */
export function throughDay(day: string): PurgedDays {
  return { through: day, after: '9999-12-31' };
}

/** Writes events as the flusher does: in batches. */
export async function writeEvents(store: Store, events: readonly TelemetryEvent[]): Promise<void> {
  for (let start = 0; start < events.length; start += store.batchSize) await store.write(events.slice(start, start + store.batchSize));
}

/** One success of `discord.generator.preset`, with what is given instead of its values. */
export function anEvent(random: () => number, more: Partial<TelemetryEvent> = {}): TelemetryEvent {
  return {
    dayBucket: '2026-02-12',
    id: uuid(random),
    eventName: 'discord.generator.preset.success',
    surface: 'discord',
    feature: 'generator',
    action: 'success',
    status: 'ok',
    provider: null,
    guildHash: null,
    durationMs: 12,
    errorType: null,
    sampleRate: 1,
    ...more
  };
}

export function uuid(random: () => number): string {
  const hex = hexOf(random, 30);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(12, 15)}-a${hex.slice(15, 18)}-${hex.slice(18, 30)}`;
}

export function hexOf(random: () => number, length: number): string {
  let hex = '';
  while (hex.length < length) {
    const word = Math.trunc((1 + random()) * 2 ** 32);
    hex += word.toString(16).slice(1);
  }
  return hex.slice(0, length);
}

const OPERATIONS: readonly (readonly [Surface, feature: string, operation: string, share: number])[] = [
  ['discord', 'generator', 'preset', 0.5],
  ['discord', 'generator', 'mystery', 0.15],
  ['discord', 'daily', 'announce', 0.1],
  ['discord', 'погода', 'сегодня', 0.05],
  ['racetime', 'daily', 'announce', 0.1],
  ['api', 'generator', 'preset', 0.1]
];
const PROVIDERS = [null, 'alttpr', 'sm.samus.link'] as const;
/** The last two have no duration: a denial and a run that was interrupted. */
const FAILURES = [
  ['error', 'invalid_preset'],
  ['timeout', 'provider_timeout'],
  ['error', 'seed_locked'],
  ['denied', 'permission_denied'],
  ['error', 'interrupted']
] as const;
/** The rate changes from day to day; 0.3 leaves counts that are not whole. */
const SAMPLE_RATES = [1, 0.5, 0.3] as const;

interface Seed {
  readonly seed: number;
  readonly today: string;
  /** From today down; the day after today has events too, as a clock that runs ahead makes them. */
  readonly days: number;
  readonly runsPerDay: number;
}

/** What was made, to be written and to be added up. */
export interface Seeded {
  readonly events: readonly TelemetryEvent[];
  readonly losses: readonly TelemetryLoss[];
}

/** What a bot of twelve guilds could have stored: `racetime` is used in three of them, and three runs in a hundred never ended. */
export function seedEvents({ seed, today, days, runsPerDay }: Seed): Seeded {
  const random = seededRandom(seed);
  const pick = <T>(values: readonly T[]): T => values[Math.floor(random() * values.length)] as T;
  const guilds = Array.from({ length: 12 }, () => hexOf(random, 64));
  const events: TelemetryEvent[] = [];
  const losses: TelemetryLoss[] = [];
  for (const [index, dayBucket] of daysDownFrom(addDays(today, 1), addDays(today, 1 - days)).entries()) {
    // A day in the middle on which nothing ran.
    if (index === 3) continue;
    const sampleRate = SAMPLE_RATES[index % SAMPLE_RATES.length] ?? 1;
    for (let run = 0; run < runsPerDay; run += 1) {
      const [surface, feature, operation] = pickByShare(random());
      const guildHash = random() < 0.1 ? null : pick(surface === 'racetime' ? guilds.slice(0, 3) : guilds);
      const shared = { dayBucket, surface, feature, provider: pick(PROVIDERS), guildHash, sampleRate };
      const eventName = (action: string): string => `${surface}.${feature}.${operation}.${action}`;
      events.push(anEvent(random, { ...shared, eventName: eventName('invoke'), action: 'invoke', durationMs: null }));
      const fate = random();
      if (fate < 0.03) continue;
      const durationMs = Math.round(10 ** (random() * 4.5));
      if (fate < 0.8) {
        events.push(anEvent(random, { ...shared, eventName: eventName('success'), durationMs }));
        continue;
      }
      const failure = pick(FAILURES);
      const ran = failure[1] !== 'permission_denied' && failure[1] !== 'interrupted';
      events.push(
        anEvent(random, {
          ...shared,
          eventName: eventName('failure'),
          action: 'failure',
          status: failure[0],
          errorType: failure[1],
          durationMs: ran ? durationMs : null
        })
      );
    }
    for (const reason of ['queue_full', 'refused', 'unwritten', 'queue_full'] as const)
      losses.push({ dayBucket, id: uuid(random), reason, count: 1 + Math.floor(random() * 50) });
  }
  return { events, losses };
}

function pickByShare(at: number): (typeof OPERATIONS)[number] {
  let sum = 0;
  return OPERATIONS.find(([, , , share]) => (sum += share) > at) ?? (OPERATIONS[0] as (typeof OPERATIONS)[number]);
}
