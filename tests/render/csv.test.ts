import { describe, expect, test } from '@jest/globals';
import { renderCsv } from '../../src/render/csv.ts';
import { HUGE, reportOf, reportOn } from '../support/madeReports.ts';
import { parseCsv } from './pages/read.ts';

/** The second column of a CSV. */
function surfacesIn(csv: string): (string | undefined)[] {
  return parseCsv(csv)
    .slice(1)
    .filter(([section]) => section !== 'quality')
    .map(([, surface]) => surface);
}

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
    expect(of('operation_error').map((row) => [row['name'], Number(row['count'])])).toEqual(
      report.features
        .flatMap(({ feature, operation, failures, errors }) => errors.map((one) => ({ ...one, feature, operation, failures })))
        .toSorted((a, b) => b.failures - a.failures)
        .map(({ feature, operation, errorType, provider, count }) => [`${feature}.${operation} ${errorType} at ${provider}`, count])
    );
    expect(of('provider_day').map((row) => [row['name'], Number(row['failures'])])).toEqual(
      report.providerDays.map((row) => [`${row.day} ${row.provider}`, row.failures])
    );
    expect(of('error_day').map((row) => [row['name'], Number(row['count'])])).toEqual(
      report.errorDays.map((row) => [`${row.day} ${row.errorType}`, row.count])
    );
    expect(of('period').map((row) => [row['name'], Number(row['invokes'])])).toEqual([
      ['period', report.invokes],
      ['today', 0]
    ]);
    const { dropped, refused, unwritten, future, unfinished, notKept } = report.quality;
    expect(Object.fromEntries(of('quality').map((row) => [row['name'], Number(row['count'])]))).toEqual({
      dropped,
      refused,
      unwritten,
      future,
      unfinished,
      notKept
    });
    const sections = ['operation', 'provider', 'error', 'day', 'operation_error', 'provider_day', 'error_day', 'period', 'quality'];
    expect(rows).toHaveLength(sections.flatMap(of).length);
    // In this order for good: whoever reads them by their place gets what they got before.
    expect(header.slice(0, 11).join()).toBe('section,surface,name,status,invokes,successes,failures,success_rate,count,p50_ms,p95_ms');
    expect(header.slice(11).join()).toBe(
      'slow_share,invokes_change,invokes_change_notable,failure_rate_change,failure_rate_change_notable,' +
        'runs,previous_invokes,previous_success_rate,previous_p95_ms,guilds,previous_guilds'
    );
  });

  test('disarms a name that a spreadsheet would run as a formula, and keeps every other', () => {
    const names = ['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', '\r=1', 'a,b', 'say "hi"', 'two\nlines', '=cmd|"/c calc",x'];
    const report = {
      ...reportOf(),
      providers: names.map((provider) => ({ provider, runs: 1, successes: 1, failures: 0, successRate: 1 }))
    };
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

test('surfaces stand in every row of a CSV that is of one of them', () => {
  expect(surfacesIn(renderCsv(reportOn(['racetime'], 'racetime')))).toEqual(Array.from({ length: 9 }, () => 'racetime'));
  // Of all surfaces are the two periods, the provider, the error and the day, and the two of these by day.
  expect(surfacesIn(renderCsv(reportOn(['racetime'])))).toEqual(['', '', 'racetime', 'racetime', '', '', '', '', '']);
});
