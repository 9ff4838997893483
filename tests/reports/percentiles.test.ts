import { expect, test } from '@jest/globals';
import { readReport } from '../../src/reports/readReport.ts';
import type { TelemetryEvent } from '../../src/schema/eventFields.ts';
import { onBothDatabases } from '../support/databases.ts';
import { TODAY } from '../support/madeReports.ts';
import { seededRandom } from '../support/randomEvents.ts';
import { anEvent, openTestStore, seedEvents, writeEvents } from '../support/seedEvents.ts';
import { nameOf, operationOf, weigh } from './addedUp.ts';

/** Between which two numbers a percentile must lie: 5 % around the exact weighted one, and half of the last digit that is told. */
function percentileBounds(events: readonly TelemetryEvent[], share: number): [number, number] {
  const runs = events.filter(({ durationMs }) => durationMs !== null).toSorted((a, b) => Number(a.durationMs) - Number(b.durationMs));
  const at = (weight: number): number => {
    let sum = 0;
    return Number(runs.find(({ sampleRate }) => (sum += 1 / sampleRate) >= weight)?.durationMs);
  };
  // Weights are no whole numbers: which of two neighbours is meant may hang on the last bit of the sum.
  const target = share * weigh(runs);
  return [at(target - 1e-6) * 0.95 - 0.05, at(target + 1e-6) * 1.05 + 0.05];
}

onBothDatabases((createDatabase) => {
  test('percentiles are within 5 % of the exact ones, weighted by sampling', async () => {
    const store = await openTestStore(await createDatabase(), TODAY);
    const { events } = seedEvents({ seed: 3, today: TODAY, days: 7, runsPerDay: 150 });
    await writeEvents(store, events);
    const { features } = await readReport(store, TODAY, { days: 7 });
    expect(features).toHaveLength(6);
    for (const operation of features) {
      const rows = events.filter((event) => event.dayBucket < TODAY && operationOf(event) === nameOf(operation));
      for (const [share, told] of [
        [0.5, operation.p50Ms],
        [0.95, operation.p95Ms]
      ] as const) {
        const [low, high] = percentileBounds(rows, share);
        expect(told).toBeGreaterThanOrEqual(low);
        expect(told).toBeLessThanOrEqual(high);
      }
    }
  });

  test('a single duration of any length is told within 5 %, and none where no run has one', async () => {
    const store = await openTestStore(await createDatabase(), TODAY);
    const random = seededRandom(4);
    const durations = [1, 2, 3, 9, 10, 100, 999, 1000, 12_345, 600_000, 86_400_000];
    const event = (feature: string, durationMs: number | null): TelemetryEvent =>
      anEvent(random, { dayBucket: TODAY, feature, eventName: `discord.${feature}.run.success`, durationMs });
    await writeEvents(store, [...durations.map((ms) => event(`took_${ms}`, ms)), event('took_0', 0), event('took_none', null)]);
    const { features } = await readReport(store, TODAY, { days: 1 });
    const told = new Map(features.map(({ feature, p50Ms, p95Ms }) => [feature, [p50Ms, p95Ms]]));
    for (const ms of durations) {
      const [p50 = null, p95 = null] = told.get(`took_${ms}`) ?? [];
      expect(p50).toBe(p95);
      expect(Math.abs(Number(p50) - ms)).toBeLessThanOrEqual(ms * 0.05 + 0.05);
    }
    expect(told.get('took_0')).toEqual([1, 1]);
    expect(told.get('took_none')).toEqual([null, null]);
  });
});
