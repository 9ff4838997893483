import { describe, expect, test } from '@jest/globals';
import { EmbedBuilder, embedLength } from 'discord.js';
import { addDays, daysDownFrom } from '../src/events/day.ts';
import type { Surface } from '../src/schema/closedLists.ts';
import type { TelemetryEvent } from '../src/schema/eventFields.ts';
import { renderCsv } from '../src/render/csv.ts';
import { renderEmbed } from '../src/render/embed.ts';
import { renderJson } from '../src/render/json.ts';
import { readReport } from '../src/reports/readReport.ts';
import { renderText } from '../src/render/text.ts';
import { buildReport } from '../src/reports/buildReport.ts';
import type { OperationUsage, UsageReport } from '../src/reports/usageReport.ts';
import type { EventCount } from '../src/store/store.ts';
import { onBothDatabases } from './support/databases.ts';
import { seededRandom } from './support/randomEvents.ts';
import { anEvent, hexOf, openTestStore, seedEvents, writeEvents, type Seeded } from './support/seedEvents.ts';

/** So that a report of seven days goes over the end of a month. */
const TODAY = '2026-03-03';

interface Window {
  readonly from: string;
  readonly surface?: Surface | undefined;
}

/** The numbers of a report, added up from one event after the other. The percentiles are compared by themselves. */
function recompute({ events, losses }: Seeded, { from, surface }: Window): object {
  const within = ({ dayBucket }: { readonly dayBucket: string }): boolean => dayBucket >= from && dayBucket <= TODAY;
  const seen = events.filter((event) => within(event) && (surface === undefined || event.surface === surface));
  const past = seen.filter(({ dayBucket }) => dayBucket < TODAY);
  const guilds = new Set(seen.flatMap(({ guildHash }) => guildHash ?? [])).size;
  const lost = (reason: string): number =>
    losses.filter((loss) => within(loss) && loss.reason === reason).reduce((sum, { count }) => sum + count, 0);
  const days = daysDownFrom(TODAY, from);
  return {
    days: days.length,
    from,
    to: TODAY,
    surface: surface ?? null,
    events: Math.round(weigh(seen)),
    invokes: Math.round(weigh(seen, 'invoke')),
    outcomes: outcomesOf(seen),
    activeGuilds: guilds < 5 ? 'fewer than 5' : guilds,
    features: groupBy(seen, operationOf).map(([name, rows]) => {
      const [where, feature, operation] = name.split('.');
      return {
        surface: where,
        feature,
        operation,
        invokes: Math.round(weigh(rows, 'invoke')),
        ...outcomesOf(rows),
        p50Ms: undefined,
        p95Ms: undefined
      };
    }),
    providers: groupBy(
      seen.filter(({ provider, action }) => provider !== null && action !== 'invoke'),
      ({ provider }) => String(provider)
    ).map(([provider, rows]) => ({ provider, ...outcomesOf(rows) })),
    errors: groupBy(
      seen.filter(({ errorType }) => errorType !== null),
      ({ errorType, status }) => `${errorType}.${status}`
    ).map(([name, rows]) => ({ errorType: name.split('.')[0], status: name.split('.')[1], count: Math.round(weigh(rows)) })),
    daily: days.map((day) => {
      const rows = seen.filter(({ dayBucket }) => dayBucket === day);
      const { successes, failures } = outcomesOf(rows);
      return { day, events: Math.round(weigh(rows)), successes, failures };
    }),
    quality: {
      sampleRates: [...new Set(seen.map(({ sampleRate }) => sampleRate))].toSorted((a, b) => a - b),
      dropped: lost('queue_full'),
      refused: lost('refused'),
      unfinished: Math.max(0, Math.round(weigh(past, 'invoke') - weigh(past, 'success') - weigh(past, 'failure'))),
      lastWriteDay:
        seen
          .map(({ dayBucket }) => dayBucket)
          .toSorted()
          .at(-1) ?? null
    }
  };
}

/** Each event stands for 1 / sample rate of them. */
function weigh(events: readonly TelemetryEvent[], action?: string): number {
  return events.filter((event) => action === undefined || event.action === action).reduce((sum, { sampleRate }) => sum + 1 / sampleRate, 0);
}

function outcomesOf(events: readonly TelemetryEvent[]): { successes: number; failures: number; successRate: unknown } {
  const [successes, failures] = [weigh(events, 'success'), weigh(events, 'failure')];
  const rate = successes + failures === 0 ? null : expect.closeTo(successes / (successes + failures), 10);
  return { successes: Math.round(successes), failures: Math.round(failures), successRate: rate };
}

function groupBy<T>(rows: readonly T[], key: (row: T) => string): [string, T[]][] {
  return [...Map.groupBy(rows, key)].toSorted(([a], [b]) => (a < b ? -1 : 1));
}

function operationOf({ eventName }: TelemetryEvent): string {
  return eventName.slice(0, eventName.lastIndexOf('.'));
}

function byName<T>(rows: readonly T[], name: (row: T) => string): T[] {
  return groupBy(rows, name).flatMap(([, group]) => group);
}

/** The report with its lists in the order of the names, and without percentiles. */
function withoutPercentiles(report: UsageReport): object {
  return {
    ...report,
    features: byName(report.features, nameOf).map((row) => ({ ...row, p50Ms: undefined, p95Ms: undefined })),
    providers: byName(report.providers, ({ provider }) => provider),
    errors: byName(report.errors, ({ errorType, status }) => `${errorType}.${status}`)
  };
}

function nameOf({ surface, feature, operation }: OperationUsage): string {
  return `${surface}.${feature}.${operation}`;
}

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
  test('a report of any days and any surface tells what adding up its events one by one gives, whether its days were summed up or not', async () => {
    const store = await openTestStore(await createDatabase(), TODAY);
    const summed: number[] = [];
    for (const seed of [1, 20_260_303]) {
      const seeded = seedEvents({ seed, today: TODAY, days: 9, runsPerDay: 100 });
      await writeEvents(store, seeded.events);
      await store.writeLosses(seeded.losses);
      for (const rollUp of [async () => 0, () => store.rollUp()]) {
        summed.push(await rollUp());
        for (const [days, from] of [
          [1, '2026-03-03'],
          [3, '2026-03-01'],
          [9, '2026-02-23'],
          [30, '2026-02-02']
        ] as const) {
          for (const surface of [undefined, 'discord', 'racetime', 'api'] as const) {
            const report = await readReport(store, TODAY, { days, surface });
            expect(withoutPercentiles(report)).toEqual(recompute(seeded, { from, surface }));
            const order = report.features.map(({ invokes }) => invokes);
            expect(order).toEqual(order.toSorted((a, b) => b - a));
          }
        }
      }
      await store.purge();
    }
    // Those of February: on the first of March nothing ran, and what comes after is not over for long enough.
    expect(summed).toEqual([0, 6, 0, 6]);
  });

  test('percentiles are within 5 % of the exact ones, weighted by sampling', async () => {
    const store = await openTestStore(await createDatabase(), TODAY);
    const { events } = seedEvents({ seed: 3, today: TODAY, days: 7, runsPerDay: 150 });
    await writeEvents(store, events);
    const { features } = await readReport(store, TODAY, { days: 7 });
    expect(features).toHaveLength(6);
    for (const operation of features) {
      const rows = events.filter((event) => event.dayBucket <= TODAY && operationOf(event) === nameOf(operation));
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

  test('fewer than five active guilds are not counted out, and more are never scaled by sampling', async () => {
    const store = await openTestStore(await createDatabase(), TODAY);
    const random = seededRandom(5);
    const told: unknown[] = [];
    for (let guild = 1; guild <= 6; guild += 1) {
      const guildHash = hexOf(random, 64);
      await writeEvents(
        store,
        ['2026-03-02', TODAY, TODAY].map((dayBucket) => anEvent(random, { dayBucket, guildHash, sampleRate: 0.1 }))
      );
      told.push((await readReport(store, TODAY, { days: 2 })).activeGuilds);
    }
    expect(told).toEqual(['fewer than 5', 'fewer than 5', 'fewer than 5', 'fewer than 5', 5, 6]);
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
    expect((await readReport(store, TODAY, { days: 1 })).quality.unfinished).toBe(0);
    expect((await readReport(store, TODAY, { days: 2 })).quality.unfinished).toBe(2);
    expect((await readReport(store, '2026-03-04', { days: 3 })).quality.unfinished).toBe(4);
    // Nothing is known yet of how the provider did.
    expect((await readReport(store, TODAY, { days: 2 })).providers).toEqual([]);
  });

  test('an empty database gives a report of seven days with nothing in it', async () => {
    const report = await readReport(await openTestStore(await createDatabase(), TODAY), TODAY, { days: 7 });
    expect(report).toEqual({
      days: 7,
      from: '2026-02-25',
      to: TODAY,
      surface: null,
      events: 0,
      invokes: 0,
      outcomes: { successes: 0, failures: 0, successRate: null },
      activeGuilds: 'fewer than 5',
      features: [],
      providers: [],
      errors: [],
      daily: daysDownFrom(TODAY, '2026-02-25').map((day) => ({ day, events: 0, successes: 0, failures: 0 })),
      quality: { sampleRates: [], dropped: 0, refused: 0, unfinished: 0, lastWriteDay: null }
    });
    for (const rendering of [renderText(report), JSON.stringify(renderEmbed(report))])
      expect(rendering).toContain('Nothing was recorded in these days.');
    expect(JSON.stringify([renderText(report), renderEmbed(report), renderCsv(report)])).not.toMatch(/NaN|undefined|Infinity/);
  });
});

function aCount(more: Partial<EventCount>): EventCount {
  const plain = { day: TODAY, eventName: 'discord.generator.preset.invoke', provider: null, status: 'ok', errorType: null };
  return { ...plain, sampleRate: 1, count: 1, ...more };
}

/** A report of that size, by the numbers of a store that holds it. */
function reportOf({
  operations = 3,
  errors = 2,
  providers = 2,
  days = 7,
  count = 7,
  name = (kind: string, index: number) => `${kind}_${index}`
} = {}): UsageReport {
  const all = daysDownFrom(TODAY, addDays(TODAY, 1 - days));
  const past = all.slice(1).map((day) => aCount({ day, eventName: 'api.a.b.invoke', sampleRate: 0.25, count }));
  const ofToday = Array.from({ length: Math.max(operations, errors, providers) }, (_, at) =>
    aCount({
      eventName: `discord.${name('feature', at % operations)}.${name('operation', at % operations)}.failure`,
      provider: name('provider', at % providers),
      status: 'error',
      errorType: name('error', at % errors),
      count: count + at
    })
  );
  const losses = [{ day: TODAY, reason: 'queue_full', count }];
  return buildReport({ days: all, usage: { counts: [...ofToday, ...past], durations: [], guilds: 0 }, losses, surface: undefined });
}

function reportOfOutcomes(successes: number, failures: number): UsageReport {
  const counts = Object.entries({ success: successes, failure: failures }).map(([action, count]) =>
    aCount({ eventName: `discord.generator.preset.${action}`, count })
  );
  return buildReport({ days: [TODAY], usage: { counts, durations: [], guilds: 0 }, losses: [], surface: undefined });
}

const HUGE = {
  operations: 500,
  errors: 100,
  providers: 100,
  days: 365,
  count: 123_456_789,
  name: (kind: string, index: number) => `${kind}_${index}_`.padEnd(64, 'x')
};

describe('the text', () => {
  test('holds every name and number of the report, a line each', async () => {
    const report = reportOf(HUGE);
    const lines = renderText(report).split('\n');
    for (const { operation } of report.features) expect(lines.filter((line) => line.trim().startsWith(`${operation} `))).toHaveLength(1);
    for (const { errorType } of report.errors) expect(lines.filter((line) => line.trim().startsWith(`${errorType} `))).toHaveLength(1);
    for (const { day } of report.daily) expect(lines.filter((line) => line.startsWith(`  ${day} `))).toHaveLength(1);
    expect(lines[0]).toBe('Usage of 365 days, 2025-03-04 to 2026-03-03 (UTC)');
    expect(lines).toContain('  Lost: 123,456,789 events to a full queue, 0 refused by the database.');
  });

  test('tells a rate of 100 % only where nothing failed', () => {
    expect(renderText(reportOfOutcomes(99_999, 0))).toContain('100.0% succeeded');
    expect(renderText(reportOfOutcomes(99_999, 1))).toContain('99.9% succeeded');
  });

  test('and the embed tell of losses on days of which nothing else was recorded', () => {
    const report = buildReport({
      days: [TODAY],
      usage: { counts: [], durations: [], guilds: 0 },
      losses: [{ day: TODAY, reason: 'queue_full', count: 4321 }],
      surface: undefined
    });
    for (const rendering of [renderText(report), JSON.stringify(renderEmbed(report))]) expect(rendering).toContain('4,321');
  });
});

describe('the CSV', () => {
  test('is one table that gives the numbers back', () => {
    const report = reportOf({ ...HUGE, days: 40 });
    const [header = [], ...rows] = parseCsv(renderCsv(report));
    expect(new Set(rows.map((row) => row.length))).toEqual(new Set([header.length]));
    const of = (section: string): Record<string, string>[] =>
      rows.filter(([first]) => first === section).map((row) => Object.fromEntries(header.map((name, index) => [name, row[index] ?? ''])));
    expect(
      of('operation').map((row) => [row['surface'], row['name'], Number(row['invokes']), Number(row['failures']), row['success_rate']])
    ).toEqual(
      report.features.map((row) => [
        row.surface,
        `${row.feature}.${row.operation}`,
        row.invokes,
        row.failures,
        String(row.successRate ?? '')
      ])
    );
    expect(of('provider').map((row) => [row['name'], Number(row['failures'])])).toEqual(
      report.providers.map((row) => [row.provider, row.failures])
    );
    expect(of('error').map((row) => [row['name'], Number(row['count'])])).toEqual(report.errors.map((row) => [row.errorType, row.count]));
    expect(of('day').map((row) => [row['name'], Number(row['count']), Number(row['successes']), Number(row['failures'])])).toEqual(
      report.daily.map((row) => [row.day, row.events, row.successes, row.failures])
    );
    expect(rows).toHaveLength(501 + 100 + 100 + 40);
  });

  test('disarms a name that a spreadsheet would run as a formula, and keeps every other', () => {
    const names = ['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', '\r=1', 'a,b', 'say "hi"', 'two\nlines', '=cmd|"/c calc",x'];
    const report = { ...reportOf(), providers: names.map((provider) => ({ provider, successes: 1, failures: 0, successRate: 1 })) };
    const told = parseCsv(renderCsv(report))
      .filter(([section]) => section === 'provider')
      .map((row) => row[2] ?? '');
    expect(told.filter((name) => /^[=+\-@\t\r]/.test(name))).toEqual([]);
    expect(told.map((name) => name.replace(/^'/, ''))).toEqual(names);
  });

  test('tells apart what is the same error with another status', () => {
    const errors = ['denied', 'error'].map((status) => ({ errorType: 'rate_limited', status, count: 1 }));
    const rows = parseCsv(renderCsv({ ...reportOf(), errors })).filter(([section]) => section === 'error');
    expect(new Set(rows.map((row) => row.join())).size).toBe(2);
  });
});

function reportOn(surfaces: readonly Surface[], surface?: Surface): UsageReport {
  const counts = surfaces.map((one) => aCount({ eventName: `${one}.seed.generate.failure`, provider: 'alttpr', errorType: 'not_found' }));
  return buildReport({ days: [TODAY], usage: { counts, durations: [], guilds: 0 }, losses: [], surface });
}

/** The second column of a CSV. */
function surfacesIn(csv: string): (string | undefined)[] {
  return parseCsv(csv)
    .slice(1)
    .map(([, surface]) => surface);
}

describe('surfaces', () => {
  test.each<[string, readonly Surface[], Surface | undefined, string[]]>([
    ['all of it is Discord', ['discord'], undefined, ['seed']],
    ['it is the one that was asked for', ['racetime'], 'racetime', ['seed']],
    ['nobody asked for it', ['racetime'], undefined, ['racetime seed']],
    ['there are several', ['discord', 'racetime', 'api'], undefined, ['api seed', 'discord seed', 'racetime seed']]
  ])('are named in the text and the embed as far as a reader needs it: %s', (_, surfaces, asked, names) => {
    const report = reportOn(surfaces, asked);
    for (const rendering of [renderText(report), fieldOf(report, 'Features')])
      expect(rendering.match(/^ *(?:[a-z]+ )?seed(?= )/gm)?.map((name) => name.trim())).toEqual(expect.arrayContaining(names));
    for (const rendering of [renderText(report), renderEmbed(report).title])
      expect(rendering.includes('racetime only')).toBe(asked !== undefined);
  });

  test('stand in every row of a CSV that is of one of them', () => {
    expect(surfacesIn(renderCsv(reportOn(['racetime'], 'racetime')))).toEqual(['racetime', 'racetime', 'racetime', 'racetime']);
    expect(surfacesIn(renderCsv(reportOn(['racetime'])))).toEqual(['racetime', '', '', '']);
  });

  test('share a provider, whose runs are added up', () => {
    expect(reportOn(['discord', 'racetime']).providers).toEqual([{ provider: 'alttpr', successes: 0, failures: 2, successRate: 0 }]);
  });
});

/** The keys of an object, or of the first in a list. */
const keysOf = (value: unknown): string[] => Object.keys(Object(Array.isArray(value) ? value[0] : value)).toSorted();

test('the JSON has the keys that are promised, with the numbers as they are', () => {
  const report = reportOf();
  const json = JSON.parse(renderJson(report)) as Record<string, unknown>;
  expect(json).toEqual(report);
  expect(Object.keys(json)).toEqual(
    expect.arrayContaining(['days', 'from', 'to', 'events', 'activeGuilds', 'features', 'providers', 'errors', 'daily', 'quality'])
  );
  expect(keysOf(json['features'])).toEqual(
    ['surface', 'feature', 'operation', 'invokes', 'successes', 'failures', 'successRate', 'p50Ms', 'p95Ms'].toSorted()
  );
  expect(keysOf(json['providers'])).toEqual(['provider', 'successes', 'failures', 'successRate'].toSorted());
  expect(keysOf(json['errors'])).toEqual(['errorType', 'status', 'count'].toSorted());
  expect(keysOf(json['daily'])).toEqual(['day', 'events', 'successes', 'failures'].toSorted());
  expect(keysOf(json['quality'])).toEqual(['sampleRates', 'dropped', 'refused', 'unfinished', 'lastWriteDay'].toSorted());
});

/** Discord's own limits, as its library checks them, and the one of all texts together. */
function expectToFit(report: UsageReport): void {
  const { title, description, color, fields } = renderEmbed(report);
  const embed = new EmbedBuilder().setTitle(title).setDescription(description).setColor(color).addFields(fields).toJSON();
  expect(embedLength(embed)).toBeLessThanOrEqual(6000);
  expect(fields.map(({ value }) => value.split('```').length % 2)).toEqual(fields.map(() => 1));
}

function fieldOf(report: UsageReport, field: string): string {
  return renderEmbed(report).fields.find(({ name }) => name === field)?.value ?? '';
}

describe('the embed', () => {
  test('fits into what Discord takes, however much there is to tell', () => {
    expectToFit(reportOf(HUGE));
    const random = seededRandom(7);
    const upTo = (most: number): number => 1 + Math.floor(random() * most);
    for (let round = 0; round < 60; round += 1) {
      const length = upTo(64);
      const size = { operations: upTo(60), errors: upTo(100), providers: upTo(100), days: upTo(60), count: 10 ** upTo(12) };
      expectToFit(reportOf({ ...size, name: (kind, index) => `${index}${kind}`.padEnd(length, 'ж').slice(0, length) }));
    }
  });

  test('says how many lines it left out, and leaves out none that fit', () => {
    for (const days of [7, 30, 60, 365]) {
      const value = fieldOf(reportOf({ days }), 'Days');
      const shown = value.match(/^\d{4}-/gm)?.length ?? 0;
      expect(Number(/and (\d+) more/.exec(value)?.[1] ?? 0)).toBe(days - shown);
      expect(value).toContain(TODAY);
    }
    expect(fieldOf(reportOf({ days: 7 }), 'Days')).not.toContain('more');
    expect(fieldOf(reportOf(HUGE), 'Errors').length).toBeGreaterThan(900);
  });

  test('cuts a long name of any script between its characters', () => {
    for (const letter of ['x', 'ж', '𐐀']) {
      for (const start of ['', 'a']) {
        const text = JSON.stringify(renderEmbed(reportOf({ ...HUGE, name: () => `${start}${letter.repeat(40)}` })));
        expect(text).toContain('…');
        // A half of a character is written as an escape.
        expect(text).not.toMatch(/\\ud[89a-f]/);
      }
    }
  });
});

/** The cells of a CSV text by RFC 4180. */
function parseCsv(text: string): string[][] {
  const rows: string[][] = [[]];
  for (const [, quoted, plain, end] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/g)) {
    rows.at(-1)?.push(quoted?.replaceAll('""', '"') ?? plain ?? '');
    if (end !== ',') rows.push([]);
  }
  expect(rows.pop()).toEqual([]);
  return rows;
}
