import { addDays, daysDownFrom } from '../../../src/events/day.ts';
import { between, DAY, NOTHING, OPERATION, type Counting } from './counted.ts';
import { change, count, EMPTY } from './figures.ts';
import {
  ASKED,
  errorRows,
  ERROR,
  ERRORS,
  FAILED,
  PROVIDERS,
  providerRows,
  providersAndErrorsToday,
  runCells,
  spans,
  withChange,
  type Asked,
  type FigureTable,
  type Span
} from './rows.ts';

/** The tables of one operation. */
export async function expectedOperation(sql: Counting, name: string, asked: Asked): Promise<Record<string, FigureTable>> {
  const [now, before] = spans(asked);
  const of = (span: Span): string => `${span.where} and ${OPERATION} = '${name}'`;
  const runs = (await sql.counts("'all'", of(now))).get('all') ?? NOTHING;
  const earlier = (await sql.counts("'all'", of(before))).get('all') ?? NOTHING;
  const byDay = await sql.counts(DAY, of(now));
  const ofToday = of({ where: between(asked.today, asked.today), label: asked.today });
  const runsToday = (await sql.counts("'all'", ofToday)).get('all');
  return {
    Runs: {
      columns: ['runs', 'change', 'success', 'failed', 'p50', 'p95', 'over 3 s'],
      rows: {
        [now.label]: withChange(
          runCells(runs, (await sql.durations("'all'", of(now))).get('all')),
          change(runs.invokes, earlier.invokes, asked.notable(name).invokes)
        ),
        [before.label]: withChange(runCells(earlier, (await sql.durations("'all'", of(before))).get('all')), EMPTY)
      }
    },
    'Today so far': {
      columns: ['runs', 'success', 'failed', 'p50', 'p95', 'over 3 s'],
      rows: runsToday === undefined ? {} : { [asked.today]: runCells(runsToday, (await sql.durations("'all'", ofToday)).get('all')) }
    },
    ...(await providersAndErrorsToday(sql, ofToday, ERROR)),
    Errors: { columns: ERRORS, rows: await errorRows(sql, ERROR, `${of(now)} and ${FAILED}`) },
    Providers: { columns: PROVIDERS, rows: await providerRows(sql, 'provider', `${of(now)} and ${ASKED}`) },
    Days: {
      columns: ['runs', 'successes', 'failures'],
      rows: Object.fromEntries(
        daysDownFrom(addDays(asked.today, -1), addDays(asked.today, -asked.days)).map((day) => {
          const { invokes, good, bad } = byDay.get(day) ?? NOTHING;
          return [day, [count(invokes), count(good), count(bad)]];
        })
      )
    }
  };
}
