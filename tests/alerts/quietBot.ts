import { setImmediate } from 'node:timers/promises';
import { Alerts } from '../../src/alerts/alerts.ts';
import { addDays } from '../../src/events/day.ts';
import { Names, type Operation } from '../../src/events/names.ts';
import type { EventCount, Usage, UsageRange } from '../../src/store/store.ts';
import { HandClock } from '../support/handClock.ts';
import { seededRandom } from '../support/randomEvents.ts';
import { recordingLog } from '../support/recordingLog.ts';

const MINUTE_MS = 60_000;
const MINUTES_A_DAY = 1_440;
const FIRST_DAY = '2026-03-01';
const FAILED = { status: 'error', errorType: 'provider_error' } as const;
const WENT_WELL = { status: 'ok', errorType: null } as const;
/** Of the failures of an operation, from a thousandth to a third; and of its runs a day. */
const SHARES = [0.001, 0.3] as const;
const RUNS_A_DAY = [5, 1_000] as const;

interface Bot {
  readonly seed: number;
  readonly operations: number;
  readonly providers: number;
  readonly days: number;
  /** How much shares differ from day to day: the standard deviation, as a part of the share. */
  readonly spread: number;
}

interface QuietOperation {
  readonly operation: Operation;
  readonly provider: string;
  readonly share: number;
  readonly runsAMinute: number;
  /** In radians: nobody's night is everybody's. */
  readonly noon: number;
}

/**
 * The alerts of a bot whose operations fail now and then, as they always do, with a night and a day, judged minute by minute against what the days
 * before were like: as `alert discord.seeds.roll_7`.
 * @param from the minute from which the first provider fails half its calls. Default: never.
 */
export async function alertsOf({ seed, operations: count, providers, days, spread }: Bot, from = Infinity): Promise<string[]> {
  const random = seededRandom(seed);
  const between = ([low, high]: readonly [number, number]): number => low * (high / low) ** random();
  const names = new Names();
  const operations = Array.from({ length: count }, (_, index): QuietOperation => ({
    operation: names.operation({ surface: 'discord', feature: 'seeds', operation: `roll_${index}` }),
    provider: `provider_${index % providers}`,
    share: between(SHARES),
    runsAMinute: between(RUNS_A_DAY) / MINUTES_A_DAY,
    noon: 2 * Math.PI * random()
  }));
  const clock = new HandClock();
  const [told, log]: [string[], string[]] = [[], []];
  const alerts = new Alerts({ clock, log: recordingLog(log) });
  alerts.listeners.add(({ kind, name }) => void told.push(`${kind} ${name}`));
  const counted = new Map<string, EventCount & { count: number }>();
  const store = {
    standingAlerts: async () => [],
    usage: async ({ spans: [span] }: UsageRange): Promise<Usage> => {
      const counts = [...counted.values()].filter(({ day }) => span !== undefined && day >= span.from && day <= span.to);
      return { counts, spans: [], future: 0, oldestDay: FIRST_DAY };
    }
  };
  let shares: number[] = [];
  for (let minute = 0; minute < days * MINUTES_A_DAY; minute += 1) {
    const isNewDay = minute % MINUTES_A_DAY === 0;
    if (isNewDay) {
      clock.day = addDays(FIRST_DAY, minute / MINUTES_A_DAY);
      shares = operations.map(({ share }) => Math.min(1, share * aroundOne(random, spread)));
    }
    for (const [index, { operation, provider, runsAMinute, noon }] of operations.entries()) {
      const runs = poisson(random, runsAMinute * (1 + 0.95 * Math.cos((2 * Math.PI * minute) / MINUTES_A_DAY - noon)));
      const isBroken = minute >= from && provider === 'provider_0';
      for (let run = 0; run < runs; run += 1) {
        const hasFailed = random() < (isBroken ? 0.5 : (shares[index] ?? 0));
        alerts.record({ operation, provider, outcome: hasFailed ? FAILED : 'success', durationMs: 1 });
        const eventName = operation.eventName[hasFailed ? 'failure' : 'success'];
        const key = clock.day + eventName;
        const known = counted.get(key);
        if (known !== undefined) known.count += 1;
        else counted.set(key, { day: clock.day, eventName, provider, sampleRate: 1, count: 1, ...(hasFailed ? FAILED : WENT_WELL) });
      }
    }
    clock.ms += MINUTE_MS;
    alerts.check(store);
    // The baseline is read.
    if (isNewDay) await setImmediate();
  }
  return [...told, ...log];
}

/** How many of what comes at random, `mean` at a time (D. E. Knuth). */
function poisson(random: () => number, mean: number): number {
  const limit = Math.exp(-mean);
  let count = 0;
  for (let product = random(); product > limit; product *= random()) count += 1;
  return count;
}

/** A number that is 1 in the mean and never below 0 (log-normal), with that standard deviation. */
function aroundOne(random: () => number, deviation: number): number {
  const variance = Math.log(1 + deviation ** 2);
  const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  return Math.exp(Math.sqrt(variance) * normal - variance / 2);
}
