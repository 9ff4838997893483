import { beforeAll, expect, test } from '@jest/globals';
import { addDays } from '../../src/events/day.ts';
import { LISTENER_ERROR } from '../../src/events/names.ts';
import { renderCsv } from '../../src/render/csv.ts';
import { renderEmbed } from '../../src/render/embed.ts';
import { renderHtml } from '../../src/render/html/page.ts';
import { renderJson } from '../../src/render/json.ts';
import { renderMessage } from '../../src/render/message/message.ts';
import { operationKey, PAGES, type ReportView } from '../../src/render/message/view.ts';
import { operationName } from '../../src/render/operationSections.ts';
import { renderText } from '../../src/render/text.ts';
import { readReport } from '../../src/reports/readReport.ts';
import type { OperationUsage, UsageReport } from '../../src/reports/usageReport.ts';
import type { Store } from '../../src/store/store.ts';
import { onBothDatabases, sqliteDatabase } from '../support/databases.ts';
import { TODAY } from '../support/madeReports.ts';
import { textIn } from '../support/messageParts.ts';
import { seededRandom } from '../support/randomEvents.ts';
import { anEvent, openTestStore, seedEvents, writeEvents } from '../support/seedEvents.ts';
import {
  expectFigures,
  expectForProgram,
  expectInMessage,
  expectTables,
  narrowOperation,
  withoutBefore,
  type Expected
} from './pages/compare.ts';
import { between, Counting, NOTHING, RUN, type Counted } from './pages/counted.ts';
import { expectedTables, FOR_PROGRAMS } from './pages/expected.ts';
import { expectedOperation } from './pages/expectedOperation.ts';
import { count } from './pages/figures.ts';
import { notableChanges } from './pages/notable.ts';
import { OF_OPERATION, OF_REPORT, operationInJson, tablesInCsv, tablesInJson } from './pages/programs.ts';
import { rowsOfCsv, tablesInHtml, tablesInText } from './pages/read.ts';

const DAYS = 28;
const FROM = addDays(TODAY, -DAYS);
const PERIODS = { period: `${DAYS} days from ${FROM}`, previous: `${DAYS} days before`, today: 'today so far' };
const RETENTION_DAYS = 90;

/**
 * Sixty days of use, of which two thirds are sampled. Besides, all through them a listener that fails, and an operation that is new in the period
 * and one that is gone since: notable in any case.
 */
async function seed(store: Store): Promise<void> {
  const random = seededRandom(28);
  const { events, losses } = seedEvents({ seed: 28, today: TODAY, days: 60, runsPerDay: 25 });
  const others = Array.from({ length: 2 * DAYS }, (_, index) => index + 1).flatMap((ago) => {
    const feature = ago <= DAYS ? 'fresh' : 'gone';
    const run = Array.from({ length: 6 }, () => [
      { feature, eventName: `discord.${feature}.run.invoke`, action: 'invoke', durationMs: null } as const,
      { feature, eventName: `discord.${feature}.run.success`, durationMs: Math.round(10 ** (random() * 4.5)) }
    ]).flat();
    const listener = { feature: LISTENER_ERROR, eventName: `discord.${LISTENER_ERROR}.relay_out.failure`, action: 'failure' } as const;
    const failed = { status: 'error', errorType: 'unexpected_error', durationMs: null } as const;
    return [...run, { ...listener, ...failed }].map((more) => anEvent(random, { dayBucket: addDays(TODAY, -ago), ...more }));
  });
  await writeEvents(store, [...events, ...others]);
  await store.writeLosses(losses);
}

/** What stands in no table. */
interface Above {
  readonly events: string;
  readonly eventsToday: string;
  readonly lost: readonly string[];
  readonly later: string;
  readonly unfinished: string;
}

async function countAbove(sql: Counting): Promise<Above> {
  const all = async (where: string): Promise<Counted> => (await sql.counts("'all'", where)).get('all') ?? NOTHING;
  const period = between(FROM, addDays(TODAY, -1));
  const { invokes, good, bad } = await all(`${period} and ${RUN}`);
  const lost = ['queue_full', 'refused', 'unwritten'].map((reason) =>
    sql.sum(`select sum(count) as sum from telemetry_losses where day_bucket >= '${FROM}' and reason = '${reason}'`)
  );
  return {
    events: asShown((await all(period)).events),
    eventsToday: asShown((await all(between(TODAY, TODAY))).events),
    lost: await Promise.all(lost),
    later: asShown((await all(`day_bucket > '${TODAY}'`)).events),
    unfinished: asShown(invokes - good - bad)
  };
}

function asShown(weight: number): string {
  return String(count(weight).people);
}

function without(expected: Expected, ...titles: readonly string[]): Expected {
  return Object.fromEntries(Object.entries(expected).filter(([title]) => !titles.includes(title)));
}

function viewOf(report: UsageReport, { page = 'overview', operation }: Partial<ReportView>): string {
  const view = { page, days: DAYS, surface: undefined, operation };
  return textIn([renderMessage(report, view, { retentionDays: RETENTION_DAYS, picture: undefined })]);
}

onBothDatabases((createDatabase) => {
  let report: UsageReport;
  let expected: Expected;
  let above: Above;
  const operations = new Map<string, Expected>();
  beforeAll(async () => {
    const database = await createDatabase();
    const [store, sql] = [await openTestStore(database, TODAY), new Counting(database)];
    await seed(store);
    const read = (): Promise<UsageReport> => readReport(store, TODAY, { days: DAYS, retentionDays: RETENTION_DAYS });
    const ofEvents = await read();
    const asked = { days: DAYS, today: TODAY, notable: await notableChanges(sql, TODAY, DAYS) };
    expected = await expectedTables(sql, asked);
    expect(Object.keys(expected['Notable changes']?.rows ?? {})).toEqual(expect.arrayContaining(['discord fresh run', 'discord gone run']));
    for (const name of ofEvents.features.map(operationName)) operations.set(name, await expectedOperation(sql, name, asked));
    above = await countAbove(sql);
    expect(await store.rollUp()).toBeGreaterThan(50);
    // What was summed up is not read again.
    await database.sql(`delete from telemetry_events where day_bucket < '${addDays(TODAY, -20)}'`);
    report = await read();
  });

  test('every figure of every table, on the page of a browser, in text, JSON and CSV, is what plain SQL counts of 60 days of events', () => {
    const ofProgram = without(expected, 'Slowest first');
    const ofReport = without(ofProgram, FOR_PROGRAMS);
    const ofText = without(ofReport, 'Providers by day', 'Errors by day', 'Providers today so far', 'Errors today so far');
    expectTables(tablesInText(renderText(report, { withPrevious: true })), ofText);
    expectTables(tablesInText(renderText(report)), ofText, withoutBefore);
    for (const [withPrevious, has] of [
      [true, undefined],
      [false, withoutBefore]
    ] as const) {
      const { 'Most used': _, ...tables } = tablesInHtml(renderHtml(report, { withPrevious }));
      expectTables(tables, ofReport, has);
    }
    expectForProgram(tablesInJson(JSON.parse(renderJson(report)) as UsageReport), ofProgram);
    expectForProgram(tablesInCsv(renderCsv(report), OF_REPORT, PERIODS), without(ofProgram, 'Notable changes'));
  });

  test('so is every figure of every table in the views of a message, and in an embed', () => {
    const views = PAGES.map((page) => [page, expectInMessage(viewOf(report, { page }), expected)]);
    expect(Object.fromEntries(views)).toEqual({
      overview: ['Notable changes', 'Features', 'Reach'],
      failures: [
        'Providers today so far',
        'Errors today so far',
        'Failures by operation',
        'Providers',
        'Errors by day',
        'Errors of listeners'
      ],
      speed: ['Slowest first'],
      unused: [],
      quality: ['Days']
    });
    const { fields } = renderEmbed(report);
    const shown = expectInMessage(fields.map(({ name, value }) => `### ${name}\n${value}`).join('\n'), expected);
    expect(shown).toEqual(['Features', 'Providers', 'Errors', 'Errors of listeners', 'Days']);
  });

  test('so is every figure of a look into any operation', () => {
    expect(report.features).toHaveLength(8);
    const today = report.features.filter((one) => Object.keys(operations.get(operationName(one))?.['Today so far']?.rows ?? {}).length > 0);
    expect(today.length).toBeGreaterThan(2);
    expect(today.length).toBeLessThan(8);
    for (const operation of report.features) {
      const ofOne = operations.get(operationName(operation)) ?? {};
      const filled = Object.fromEntries(Object.entries(ofOne).filter(([, { rows }]) => Object.keys(rows).length > 0));
      expectTables(tablesInText(renderText(report, { operation })), filled);
      expectTables(tablesInHtml(renderHtml(report, { operation })), filled);
      const titles = expectInMessage(viewOf(report, { operation: operationKey(operation) }), filled, narrowOperation);
      expect(titles.toSorted()).toEqual(Object.keys(without(filled, 'Runs')).toSorted());
      expectForProgram(operationInJson(JSON.parse(renderJson(report, { operation })) as OperationUsage & UsageReport), ofOne);
      expectForProgram(tablesInCsv(renderCsv(report, { operation }), OF_OPERATION, PERIODS), filled);
    }
  });

  test('so is every figure of a headline, of the period, the one before and today', () => {
    const [now = [], before = [], today = []] = shownRows(expected['Periods']);
    const use = [above.events, now[0], now[2], now[7]];
    const { description } = renderEmbed(report);
    for (const text of [renderText(report), description])
      expectFigures(text, /^([\d,]+) events · ([\d,]+) runs · (\S+) succeeded · at least (\d+) active guilds$/m, use);
    const message = viewOf(report, {});
    for (const text of [description, message])
      expectFigures(text, /^Today so far: ([\d,]+) events · ([\d,]+) runs · (\S+) succeeded/m, [above.eventsToday, today[0], today[2]]);
    expectFigures(message, HEADLINES, headlines(now, before));
    expectFigures(message, /^\*\*at least (\d+) active guilds\*\* · (\d+) before$/m, [now[7], before[7]]);
    for (const operation of report.features.filter(({ invokes }) => invokes > 0)) {
      const [one = [], earlier = []] = shownRows(operations.get(operationName(operation))?.['Runs']);
      expectFigures(viewOf(report, { operation: operationKey(operation) }), HEADLINES, headlines(one, earlier));
    }
  });

  test('so is every figure of the cards, the bars and the most used operations on the page of a browser', () => {
    const page = renderHtml(report);
    const [now = [], before = [], today = []] = shownRows(expected['Periods']);
    expectFigures(page, card('Runs'), [now[0], before[0], today[0]]);
    expectFigures(page, card('Succeeded'), [now[2], before[2], now[3]]);
    expectFigures(page, card('95% took less than'), [now[5], before[5], `${Math.round(Number.parseFloat(String(now[6])))}%`]);
    expectFigures(page, /<dt>Active guilds<\/dt><dd[^>]*>≥ (\d+)<\/dd>/, [now[7]]);
    const bars = [...page.matchAll(/<title>\d+ \w+: ([\d,]+) succeeded, ([\d,]+) failed<\/title>/g)];
    expect(bars.map(([, good, bad]) => [good, bad])).toEqual(
      shownRows(expected['Days'])
        .map((row) => row.slice(1))
        .toReversed()
    );
    const inner = Object.entries(expected['Features']?.rows ?? {}).filter(([name]) => name.includes(' › '));
    expect(tablesInHtml(page)['Most used']?.rows).toEqual(
      Object.fromEntries(
        inner.map(([name, row]) => {
          const [begun, good, , median, slowest] = row.map(({ people }) => people);
          const short = name.replace(' › ', ' ').replace('discord ', '');
          const moved = { 'fresh run': 'none before', 'gone run': '▼ 100% from 168' }[short] ?? '';
          const failures = expected['Notable changes']?.rows[`${name.replace(' › ', ' ')}, failures`]?.[0]?.people as string | undefined;
          const arrow = failures === undefined ? '' : failures.startsWith('-') ? '▲ ' : '▼ ';
          return [short, [begun, moved, `${arrow}${String(good)}`, median, slowest]];
        })
      )
    );
  });

  test('so is every figure of the quality of the data', () => {
    const { lost, later, unfinished } = above;
    for (const told of [renderText(report), renderHtml(report), viewOf(report, { page: 'quality' })]) {
      expectFigures(told, /sampling at (\S+), (\S+), (\S+)\./, ['0.3', '0.5', '1']);
      expectFigures(told, /Lost: ([\d,]+) events to a full queue, ([\d,]+) refused by the database, ([\d,]+) unwritten when/, lost);
      expectFigures(told, /([\d,]+) events more are dated later than today/, [later]);
      expectFigures(told, /([\d,]+) runs of past days never ended/, [unfinished]);
    }
    const rows = rowsOfCsv(renderCsv(report)).filter(({ section }) => section === 'quality');
    const [dropped, refused, unwritten, future, open] = [...lost, later, unfinished].map((told) => told.replaceAll(',', ''));
    expect(Object.fromEntries(rows.map(({ name, count: told }) => [name, told]))).toEqual({
      dropped,
      refused,
      unwritten,
      future,
      unfinished: open,
      notKept: '0'
    });
    const { quality } = JSON.parse(renderJson(report)) as UsageReport;
    expect([quality.dropped, quality.refused, quality.unwritten, quality.future, quality.unfinished].map(String)).toEqual([
      dropped,
      refused,
      unwritten,
      future,
      open
    ]);
  });
});

test('where nothing ran in either period there is no share by which it has changed, on no page', async () => {
  const store = await openTestStore(await sqliteDatabase(), TODAY);
  await writeEvents(store, [anEvent(seededRandom(1), { dayBucket: addDays(TODAY, -60) })]);
  const nothing = await readReport(store, TODAY, { days: DAYS, retentionDays: RETENTION_DAYS });
  const { Periods: shown } = tablesInText(renderText(nothing));
  expect(shown?.rows).toEqual({
    [PERIODS.period]: ['0', '–', '–', '0', '–', '–', '–', '< 5'],
    [PERIODS.previous]: ['0', '', '–', '0', '–', '–', '–', '< 5'],
    [PERIODS.today]: ['0', '', '–', '0', '–', '–', '–', '< 5']
  });
  expect(tablesInHtml(renderHtml(nothing))['Periods']).toEqual(shown);
  expect(nothing.change).toEqual({ invokes: { ratio: null, isNotable: false }, failureRate: { ratio: null, isNotable: false } });
  const { Periods: ofCsv } = tablesInCsv(renderCsv(nothing), OF_REPORT, PERIODS);
  expect(ofCsv?.rows[PERIODS.period]).toEqual([0, null, null, 0, null, null, null, 'fewer than 5']);
  expectFigures(viewOf(nothing, {}), /\*\*(\d+) runs\*\* · (\S+) from (\d+)\n\*\*(\S+) succeeded\*\* · (\d+) failed · (\S+) before/, [
    '0',
    '–',
    '0',
    '–',
    '0',
    '–'
  ]);
  expect(renderHtml(nothing)).toMatch(/<dt>Runs<\/dt><dd[^>]*>0<\/dd><dd><span[^>]*>as before</);
});

/** As a message has them in bold; a star has a backslash before it. */
const HEADLINES = new RegExp(
  [
    String.raw`\*\*([\d,]+) runs\*\* · ([^\s\\]+)(?:\\\*)? from ([\d,]+)`,
    String.raw`\*\*(\S+) succeeded\*\* · ([\d,]+) failed · (\S+) before(?:\\\*)?`,
    String.raw`\*\*p50 (.*), p95 (.*)\*\* · (\S+) took more than 3 s · p95 (.*) before`
  ].join('\n')
);

/** A headline figure of a page, what it was before, and what stands below it. */
function card(label: string): RegExp {
  return new RegExp(
    `<dt>${label}</dt><dd class="value"[^>]*>([^<]*)</dd><dd><span[^>]*>[▲▼] (?:\\d[\\d.]*% )?from ([^<]*)</span></dd><dd class="muted">(\\S+)`
  );
}

/** Its figures, from the row of the period and that of the one before. */
function headlines(now: readonly unknown[], before: readonly unknown[]): unknown[] {
  const [runs, changed, success, failed, p50, p95, slow] = now;
  return [runs, String(changed).replace('*', ''), before[0], success, failed, before[2], p50, p95, slow, before[5]];
}

/** The rows of a table as people see them. */
function shownRows(table: Expected[string] | undefined): unknown[][] {
  return Object.values(table?.rows ?? {}).map((row) => row.map(({ people }) => people));
}
