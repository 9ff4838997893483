import { randomBytes, randomUUID } from 'node:crypto';
import { addDays } from '../../src/events/day.ts';
import { systemClock } from '../../src/events/clock.ts';
import type { TelemetryEvent } from '../../src/schema/eventFields.ts';
import { openStore } from '../../src/storage/openStore.ts';

export const EARLIER_DAYS = 45;
/** In these, the newest, what is told below has changed. */
const NEWEST_DAYS = 14;
/** The provider of one of the operations is in trouble in these. */
const DAYS_OF_TROUBLE = 12;

interface Habit {
  readonly name: readonly [surface: 'discord' | 'racetime' | 'api', feature: string, operation: string];
  readonly provider: string | null;
  /** Of a day's runs, before and in the newest days. */
  readonly share: readonly [before: number, newest: number];
  /** What most runs take, in milliseconds. */
  readonly usualMs: number;
  readonly failing: number;
  readonly error: readonly [status: 'error' | 'timeout' | 'denied', type: string];
}

const HABITS: readonly Habit[] = [
  habit('discord.generator.preset', 'alttpr', [0.3, 0.42], 420, 0.02, ['error', 'invalid_preset']),
  habit('discord.generator.mystery', 'alttpr', [0.08, 0.08], 640, 0.015, ['error', 'provider_unavailable']),
  habit('discord.generator.sm', 'sm.samus.link', [0.12, 0.12], 900, 0.03, ['timeout', 'provider_timeout']),
  habit('discord.daily.challenge', null, [0.18, 0.18], 35, 0, ['error', 'unexpected_error']),
  habit('discord.asynctournament.run_start', null, [0.12, 0.05], 60, 0.04, ['denied', 'permission_denied']),
  habit('discord.asynctournament.run_submit', null, [0.1, 0.1], 80, 0.06, ['error', 'invalid_time']),
  habit('racetime.room.seed', 'alttpr', [0.06, 0.06], 480, 0.05, ['error', 'provider_unavailable']),
  habit('api.seed.generate', 'alttpr', [0.04, 0.04], 520, 0.02, ['error', 'not_found'])
];

/** Writes events of days on which the bot never ran into its database, about `runsADay` of them a day. Resolves to how many runs. */
export async function makeEarlierDays(dataDir: string, runsADay: number): Promise<number> {
  const guilds = Array.from({ length: 40 }, () => randomBytes(32).toString('hex'));
  const store = await openStore({ databaseUrl: undefined, dataDir }, { migrate: false, busyTimeoutMs: 5_000 });
  try {
    let runs = 0;
    for (let age = EARLIER_DAYS; age > 0; age -= 1) {
      const events = eventsOf(addDays(systemClock().today(), -age), age, runsADay, guilds);
      for (let start = 0; start < events.length; start += store.batchSize) await store.write(events.slice(start, start + store.batchSize));
      runs += events.length / 2;
    }
    return runs;
  } finally {
    await store.close();
  }
}

/** People play more at weekends, and no day is like another. */
function eventsOf(day: string, age: number, runsADay: number, guilds: readonly string[]): TelemetryEvent[] {
  const isWeekend = [0, 6].includes(new Date(`${day}T00:00:00Z`).getUTCDay());
  const busy = runsADay * (isWeekend ? 1.5 : 1) * (0.85 + 0.3 * Math.random());
  return HABITS.flatMap(({ share, ...one }) => {
    const runs = Math.round(busy * (age <= NEWEST_DAYS ? share[1] : share[0]));
    const isTrouble = one.provider === 'sm.samus.link' && age <= DAYS_OF_TROUBLE;
    return Array.from({ length: runs }, () => runOf(day, { ...one, failing: isTrouble ? 0.25 : one.failing }, pick(guilds))).flat();
  });
}

function runOf(dayBucket: string, { name, provider, usualMs, failing, error }: Omit<Habit, 'share'>, guildHash: string): TelemetryEvent[] {
  const [surface, feature] = name;
  const fails = Math.random() < failing;
  const action = fails ? 'failure' : 'success';
  const shared = { dayBucket, surface, feature, provider, guildHash: surface === 'discord' ? guildHash : null, sampleRate: 1 } as const;
  const eventName = (stage: string): string => [...name, stage].join('.');
  // Few are slow, and some of them very.
  const durationMs = Math.round(usualMs * Math.exp(0.6 * (Math.random() + Math.random() + Math.random() - 1.5) * 2));
  return [
    { ...shared, id: randomUUID(), eventName: eventName('invoke'), action: 'invoke', status: 'ok', durationMs: null, errorType: null },
    {
      ...shared,
      id: randomUUID(),
      eventName: eventName(action),
      action,
      status: fails ? error[0] : 'ok',
      durationMs: error[0] === 'timeout' && fails ? 10_000 : durationMs,
      errorType: fails ? error[1] : null
    }
  ];
}

function habit(
  name: string,
  provider: string | null,
  share: Habit['share'],
  usualMs: number,
  failing: number,
  error: Habit['error']
): Habit {
  const [surface, feature, operation] = name.split('.') as [Habit['name'][0], string, string];
  return { name: [surface, feature, operation], provider, share, usualMs, failing, error };
}

function pick<T>(list: readonly T[]): T {
  return list[Math.floor(Math.random() ** 2 * list.length)] as T;
}
