import { addDays, daysDownFrom } from '../../../src/events/day.ts';
import { between, DAY, NOTHING, OPERATION, RUN, type Counted, type Counting, type Timed } from './counted.ts';
import { change, count, duration, EMPTY, forPeople, forPrograms, guilds, rate, type Figure } from './figures.ts';
import type { Notable } from './notable.ts';
import {
  ASKED,
  ERROR,
  ERRORS,
  ERROR_TYPE,
  errorRow,
  errorRows,
  FAILED,
  PROVIDERS,
  providerRows,
  providersAndErrorsToday,
  runCells,
  spans,
  timeCells,
  withChange,
  type Asked,
  type FigureTable,
  type Span
} from './rows.ts';

/** Which table holds what people are not shown. */
export const FOR_PROGRAMS = 'For programs';

/** Every table of a report, by its title, from plain SQL over the stored events. */
export async function expectedTables(sql: Counting, asked: Asked): Promise<Record<string, FigureTable>> {
  const { days, today, notable } = asked;
  const [now, before] = spans(asked);
  const ofToday = { where: between(today, today), label: 'today so far' };
  const runs = await sql.counts(OPERATION, `${now.where} and ${RUN}`, 'invokes');
  const runsBefore = await sql.counts(OPERATION, `${before.where} and ${RUN}`);
  const speeds = await sql.durations(OPERATION, now.where);
  const speedsBefore = await sql.durations(OPERATION, before.where);
  const names = [...new Set([...runs.keys(), ...runsBefore.keys()])];
  const operations = names.map((name) => ({
    name,
    ...namesOf(name),
    runs: runs.get(name) ?? NOTHING,
    earlier: runsBefore.get(name) ?? NOTHING,
    speed: speeds.get(name),
    speedBefore: speedsBefore.get(name),
    notable: notable(name)
  }));
  const errors = await sql.counts(`${OPERATION} || ' ' || ${ERROR}`, `${now.where} and ${RUN} and ${FAILED}`);
  const features = [...Map.groupBy(operations, ({ feature }) => feature)]
    .map(([feature, ofOne]) => ({ feature, ofOne, sum: sumOf(ofOne.map((one) => one.runs)) }))
    .toSorted((a, b) => b.sum.invokes - a.sum.invokes);
  const reach = await sql.guilds("surface || ' ' || feature", `${now.where} and ${RUN}`);
  const reachBefore = await sql.guilds("surface || ' ' || feature", `${before.where} and ${RUN}`);
  const told = (name: string): number => Math.floor((reach.get(name) ?? 0) / 5);
  const byReach = (a: string, b: string): number => told(b) - told(a) || (byFeature(a) < byFeature(b) ? -1 : 1);
  const listed = daysDownFrom(addDays(today, -1), addDays(today, -days));
  const [all, byDay] = [await sql.counts(DAY, now.where), await sql.counts(DAY, `${now.where} and ${RUN}`)];
  return {
    Periods: {
      columns: ['runs', 'change', 'success', 'failed', 'p50', 'p95', 'over 3 s', 'guilds'],
      rows: Object.fromEntries(
        await Promise.all(
          [now, before, ofToday].map(async (span) => [span.label, await periodCells(sql, span, span === now && before, notable)])
        )
      )
    },
    'Notable changes': {
      columns: ['change', 'runs', 'before', 'success', 'before'],
      rows: Object.fromEntries(
        operations.flatMap(({ label, runs: { invokes, good, bad }, earlier, notable: is }) => [
          ...(is.invokes ? [[label, [change(invokes, earlier.invokes, true), count(invokes), count(earlier.invokes), EMPTY, EMPTY]]] : []),
          ...(is.failureRate
            ? [
                [
                  `${label}, failures`,
                  [
                    change(failureRate({ good, bad }), failureRate(earlier), true),
                    EMPTY,
                    EMPTY,
                    rate(good, bad),
                    rate(earlier.good, earlier.bad)
                  ]
                ]
              ]
            : [])
        ])
      )
    },
    Features: {
      columns: ['runs', 'success', 'failed', 'p50', 'p95', 'over 3 s', 'change', 'runs before', 'success before', 'p95 before'],
      rows: Object.fromEntries(
        features.flatMap(({ feature, ofOne, sum }): [string, Figure[]][] => [
          [
            feature,
            [count(sum.invokes), rate(sum.good, sum.bad), count(sum.bad)].map(forPeople).concat(Array.from({ length: 7 }, () => EMPTY))
          ],
          ...ofOne.map(({ operation, runs: one, earlier, speed, speedBefore, notable: is }): [string, Figure[]] => [
            `${feature} › ${operation}`,
            [
              ...runCells(one, speed),
              change(one.invokes, earlier.invokes, is.invokes),
              count(earlier.invokes),
              rate(earlier.good, earlier.bad),
              duration(speedBefore?.p95)
            ]
          ])
        ])
      )
    },
    'Failures by operation': {
      columns: ERRORS,
      rows: Object.fromEntries(
        operations
          .filter(({ runs: { bad } }) => bad > 0)
          .toSorted((a, b) => b.runs.bad - a.runs.bad)
          .flatMap(({ name, label, runs: { bad } }): [string, Figure[]][] => [
            [label, [EMPTY, forPeople(count(bad))]],
            ...[...errors]
              .filter(([error]) => error.startsWith(`${name} `))
              .map(([error, { events }]) => errorRow(error.slice(name.length + 1), events))
              .map(({ label: error, cells }): [string, Figure[]] => [`${label} › ${error}`, cells])
          ])
      )
    },
    ...(await providersAndErrorsToday(sql, `${ofToday.where} and ${RUN}`, ERROR_TYPE)),
    Providers: { columns: PROVIDERS, rows: await providerRows(sql, 'provider', `${now.where} and ${RUN} and ${ASKED}`) },
    Errors: { columns: ERRORS, rows: await errorRows(sql, ERROR_TYPE, `${now.where} and ${RUN} and ${FAILED}`) },
    'Errors of listeners': {
      columns: ERRORS,
      rows: await errorRows(
        sql,
        `substr(${OPERATION}, length('discord.' || feature) + 2) || ' ' || ${ERROR_TYPE}`,
        `${now.where} and not (${RUN}) and ${FAILED}`
      )
    },
    Reach: {
      columns: ['guilds', 'before'],
      rows: Object.fromEntries(
        [...new Set([...reach.keys(), ...reachBefore.keys()])]
          .toSorted(byReach)
          .map((name) => [name, [guilds(reach.get(name) ?? 0), guilds(reachBefore.get(name) ?? 0)]])
      )
    },
    Days: {
      columns: ['events', 'successes', 'failures'],
      rows: Object.fromEntries(
        listed.map((day) => {
          const { good, bad } = byDay.get(day) ?? NOTHING;
          return [day, [count(all.get(day)?.events ?? 0), count(good), count(bad)]];
        })
      )
    },
    'Providers by day': {
      columns: PROVIDERS,
      rows: newestFirst(await providerRows(sql, `${DAY} || ' ' || provider`, `${now.where} and ${RUN} and ${ASKED}`))
    },
    'Errors by day': {
      columns: ERRORS,
      rows: newestFirst(await errorRows(sql, `${DAY} || ' ' || ${ERROR_TYPE}`, `${now.where} and ${RUN} and ${FAILED}`))
    },
    'Slowest first': {
      columns: ['over 3 s', 'p50', 'p95', 'before'],
      rows: Object.fromEntries(
        operations
          .filter(({ speed }) => speed !== undefined)
          .toSorted((a, b) => shareOfSlow(b.speed) - shareOfSlow(a.speed))
          .map(({ label, speed, speedBefore }) => [
            label,
            [...timeCells(speed).toReversed().slice(0, 1), ...timeCells(speed).slice(0, 2), duration(speedBefore?.p95)]
          ])
      )
    },
    [FOR_PROGRAMS]: {
      columns: ['successes', 'runs', 'notable', 'failure rate', 'notable'],
      rows: Object.fromEntries([
        ...operations.map(({ feature, operation, runs: one, earlier, notable: is }) => [
          `${feature} › ${operation}`,
          programCells(one, earlier, is)
        ]),
        [now.label, programCells(sumOf(runs.values()), sumOf(runsBefore.values()), notable(undefined))]
      ])
    }
  };
}

function programCells(now: Counted, before: Counted, is: ReturnType<Notable>): Figure[] {
  return [
    forPrograms(count(now.good).program),
    forPrograms(change(now.invokes, before.invokes, is.invokes).program),
    forPrograms(is.invokes),
    forPrograms(change(failureRate(now), failureRate(before), is.failureRate).program),
    forPrograms(is.failureRate)
  ];
}

function sumOf(all: Iterable<Counted>): Counted {
  return [...all].reduce(
    (sum, one) => ({
      events: sum.events + one.events,
      invokes: sum.invokes + one.invokes,
      good: sum.good + one.good,
      bad: sum.bad + one.bad
    }),
    NOTHING
  );
}

async function periodCells(sql: Counting, { where }: Span, before: Span | false, notable: Notable): Promise<Figure[]> {
  const runsOf = async (span: string): Promise<Counted> => (await sql.counts("'all'", `${span} and ${RUN}`)).get('all') ?? NOTHING;
  const runs = await runsOf(where);
  const changed = before === false ? EMPTY : change(runs.invokes, (await runsOf(before.where)).invokes, notable(undefined).invokes);
  const active = (await sql.guilds("'all'", where)).get('all') ?? 0;
  return [...withChange(runCells(runs, (await sql.durations("'all'", where)).get('all')), changed), guilds(active)];
}

/** `discord generator` the other way round. */
function byFeature(name: string): string {
  return name.split(' ').toReversed().join(' ');
}

function shareOfSlow(speed: Timed | undefined): number {
  return speed === undefined ? 0 : speed.slow / speed.all;
}

/** Of rows whose names begin with their days; those of one day stay as they are. */
function newestFirst(rows: FigureTable['rows']): FigureTable['rows'] {
  return Object.fromEntries(Object.entries(rows).toSorted(([a], [b]) => b.slice(0, 10).localeCompare(a.slice(0, 10))));
}

function failureRate({ good, bad }: Pick<Counted, 'good' | 'bad'>): number | null {
  return good + bad === 0 ? null : bad / (good + bad);
}

/** What the pages call the operation `discord.generator.preset` of a report with several surfaces. */
function namesOf(name: string): { feature: string; operation: string; label: string } {
  const [surface = '', feature = '', operation = ''] = name.split('.');
  return { feature: `${surface} ${feature}`, operation, label: `${surface} ${feature} ${operation}` };
}
