import { expect, test } from '@jest/globals';
import { renderCsv } from '../../src/render/csv.ts';
import { renderEmbed } from '../../src/render/embed.ts';
import { renderJson } from '../../src/render/json.ts';
import { renderText } from '../../src/render/text.ts';
import { readReport } from '../../src/reports/readReport.ts';
import type { UsageReport } from '../../src/reports/usageReport.ts';
import { SURFACES, type Surface } from '../../src/schema/closedLists.ts';
import { onBothDatabases } from '../support/databases.ts';
import { TODAY } from '../support/madeReports.ts';
import { seededRandom } from '../support/randomEvents.ts';
import { anEvent, hexOf, openTestStore, seedEvents, writeEvents } from '../support/seedEvents.ts';
import { addUp, comparable } from './addedUp.ts';

onBothDatabases((createDatabase) => {
  test('a report of any days and any surface tells what adding up its events one by one gives, whether its days were summed up or not', async () => {
    const database = await createDatabase();
    const store = await openTestStore(database, TODAY);
    const summed: number[] = [];
    for (const seed of [1, 20_260_303]) {
      const seeded = seedEvents({ seed, today: TODAY, days: 9, runsPerDay: 100 });
      await writeEvents(store, seeded.events);
      await store.writeLosses(seeded.losses);
      for (const rollUp of [async () => 0, () => store.rollUp()]) {
        summed.push(await rollUp());
        for (const days of [1, 3, 4, 9, 30]) {
          for (const surface of [undefined, ...SURFACES]) {
            const report = await readReport(store, TODAY, { days, surface, retentionDays: 30 });
            expect(comparable(report)).toEqual(addUp(seeded, { days, surface, retentionDays: 30 }));
            const order = report.features.map(({ invokes }) => invokes);
            expect(order).toEqual(order.toSorted((a, b) => b - a));
          }
        }
      }
      await store.purge();
    }
    // Those of February, and with SQLite the second of March: on the first nothing ran, and what comes after is not over for long enough.
    const closed = database.engine === 'SQLite' ? 7 : 6;
    expect(summed).toEqual([0, closed, 0, closed]);
  });

  test('active guilds are counted in steps of five alone, never scaled by sampling, and no subtraction of reports tells fewer', async () => {
    const store = await openTestStore(await createDatabase(), TODAY);
    const random = seededRandom(5);
    const told: unknown[] = [];
    for (let guild = 1; guild <= 11; guild += 1) {
      const guildHash = hexOf(random, 64);
      await writeEvents(
        store,
        ['2026-03-01', '2026-03-02', '2026-03-02'].map((dayBucket) => anEvent(random, { dayBucket, guildHash, sampleRate: 0.1 }))
      );
      told.push((await readReport(store, TODAY, { days: 2 })).activeGuilds);
    }
    const few = 'fewer than 5';
    expect(told).toEqual([few, few, few, few, 5, 5, 5, 5, 5, 10, 10]);
    const event = { eventName: 'api.generator.preset.success', surface: 'api', guildHash: hexOf(random, 64) } as const;
    await writeEvents(store, [anEvent(random, { dayBucket: '2026-03-02', ...event })]);
    const reports = await Promise.all(
      [undefined, 'discord', 'api'].map((surface) => readReport(store, TODAY, { days: 2, surface: surface as Surface }))
    );
    expect(reports.map(({ activeGuilds }) => activeGuilds)).toEqual([10, 10, few]);
    const faces = [renderText, renderCsv, renderJson].map((render) => render(reports[0] as UsageReport));
    expect(faces.join()).toContain('at least 10 active guilds');
    expect([...faces, JSON.stringify(renderEmbed(reports[0] as UsageReport))].join()).not.toMatch(
      /1[12] active guilds|"activeGuilds": 1[12]/
    );
  });

  test('a run without an end is unfinished once its day is over', async () => {
    const store = await openTestStore(await createDatabase(), TODAY);
    const random = seededRandom(6);
    const invoke = {
      eventName: 'discord.generator.preset.invoke',
      action: 'invoke',
      provider: 'alttpr',
      durationMs: null,
      sampleRate: 0.5
    } as const;
    await writeEvents(store, [anEvent(random, { ...invoke, dayBucket: TODAY }), anEvent(random, { ...invoke, dayBucket: '2026-03-02' })]);
    expect((await readReport(store, '2026-03-02', { days: 1 })).quality.unfinished).toBe(0);
    expect((await readReport(store, TODAY, { days: 2 })).quality.unfinished).toBe(2);
    expect((await readReport(store, '2026-03-04', { days: 3 })).quality.unfinished).toBe(4);
    // Nothing is known yet of how the provider did.
    expect((await readReport(store, TODAY, { days: 2 })).providers).toEqual([]);
  });

  test('only what is dated later than today is told to be so, also where earlier days are asked for', async () => {
    const store = await openTestStore(await createDatabase(), TODAY);
    const random = seededRandom(8);
    const futures = async (): Promise<number[]> =>
      Promise.all(['2026-02-20', TODAY].map(async (day) => (await readReport(store, day, { days: 7 })).quality.future));
    await writeEvents(
      store,
      ['2026-02-12', '2026-02-28', TODAY].map((dayBucket) => anEvent(random, { dayBucket }))
    );
    expect(await futures()).toEqual([0, 0]);
    await writeEvents(store, [anEvent(random, { dayBucket: '2026-03-04', sampleRate: 0.5 })]);
    expect(await futures()).toEqual([2, 2]);
  });

  test('an empty database gives a report of today with nothing in it', async () => {
    const report = await readReport(await openTestStore(await createDatabase(), TODAY), TODAY, { days: 7 });
    const nothing = {
      from: TODAY,
      to: TODAY,
      events: 0,
      invokes: 0,
      outcomes: { successes: 0, failures: 0, successRate: null },
      activeGuilds: 'fewer than 5',
      p50Ms: null,
      p95Ms: null,
      slowShare: null,
      providers: [],
      errors: []
    };
    expect(report).toEqual({
      days: 1,
      surface: null,
      ...nothing,
      today: null,
      previous: null,
      noPrevious: 'today',
      change: null,
      features: [],
      featureTotals: [],
      reach: [],
      unused: null,
      listenerErrors: [],
      daily: [{ day: TODAY, events: 0, successes: 0, failures: 0 }],
      providerDays: [],
      errorDays: [],
      quality: {
        sampleRates: [],
        dropped: 0,
        refused: 0,
        unwritten: 0,
        lossesMayBeMissing: false,
        future: 0,
        unfinished: 0,
        notKept: 0,
        lastWriteDay: null
      }
    });
    for (const rendering of [renderText(report), JSON.stringify(renderEmbed(report))])
      expect(rendering).toContain('Nothing was recorded in these days.');
    expect(JSON.stringify([renderText(report), renderEmbed(report), renderCsv(report)])).not.toMatch(/NaN|undefined|Infinity/);
  });

  test('today is the period only where nothing was recorded before, on whatever surface', async () => {
    const store = await openTestStore(await createDatabase(), TODAY);
    const random = seededRandom(8);
    const racetime = { surface: 'racetime', eventName: 'racetime.generator.preset.success' } as const;
    await writeEvents(store, [anEvent(random, { dayBucket: TODAY }), anEvent(random, { dayBucket: '2026-03-04', ...racetime })]);
    const ofToday = { days: 1, from: TODAY, to: TODAY, today: null, previous: null, noPrevious: 'today' };
    for (const days of [1, 7]) {
      const report = await readReport(store, TODAY, { days });
      expect(report).toMatchObject({ ...ofToday, events: 1, features: [{ successes: 1, today: null }] });
      const faces = [renderText, renderCsv].map((render) => render(report, { operation: report.features[0] }));
      expect(faces.join()).not.toMatch(/today so far$|^today,/im);
      expect(faces.join()).toContain(`1 day from ${TODAY}`);
    }
    expect(await readReport(store, TODAY, { days: 7, surface: 'racetime' })).toMatchObject({ ...ofToday, events: 0 });

    await writeEvents(store, [anEvent(random, { dayBucket: '2026-01-01', ...racetime })]);
    for (const surface of [undefined, 'discord'] as const) {
      const report = await readReport(store, TODAY, { days: 1, surface });
      expect(report).toMatchObject({ days: 1, from: '2026-03-02', to: '2026-03-02', events: 0, today: { from: TODAY, events: 1 } });
      expect(report.previous).toMatchObject({ from: '2026-03-01', to: '2026-03-01', events: 0 });
      expect(report.change).toEqual({ invokes: { ratio: null, isNotable: false }, failureRate: { ratio: null, isNotable: false } });
    }
  });

  test('a period is compared only with days that are all kept, and of which something may have been recorded', async () => {
    const store = await openTestStore(await createDatabase(), TODAY);
    await writeEvents(store, [anEvent(seededRandom(9), { dayBucket: '2026-02-17' })]);
    const whyNot = async (days: number, retentionDays: number): Promise<unknown> =>
      (await readReport(store, TODAY, { days, retentionDays })).noPrevious;
    // The first of the days before is the 17th of February at seven days, and one earlier at eight.
    expect([await whyNot(7, 15), await whyNot(7, 14), await whyNot(8, 30), await whyNot(8, 16)]).toEqual([
      null,
      'not_kept',
      'not_recorded',
      'not_kept'
    ]);
    expect((await readReport(store, TODAY, { days: 14, retentionDays: 14 })).quality.notKept).toBe(1);
    expect((await readReport(store, TODAY, { days: 7, retentionDays: 14 })).quality.notKept).toBe(0);
  });
});
