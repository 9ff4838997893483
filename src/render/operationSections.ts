import type { OperationUsage, UsageReport } from '../reports/usageReport.ts';
import { runValues } from './featureSections.ts';
import { plural } from './format.ts';
import { CHANGE, ERROR_COLUMNS, FAILED, INVOKES, P50, P95, RUNS, SLOW, SUCCESS, type Section } from './section.ts';
import { providerRow } from './sections.ts';

/** The operation of a report by its name, as `discord.generator.preset`; `undefined` where it is none of the report's. */
export function findOperation(report: UsageReport, name: string): OperationUsage | undefined {
  return report.features.find((one) => operationName(one) === name);
}

export type OperationNames = Pick<OperationUsage, 'surface' | 'feature' | 'operation'>;

/** As in the names of its events: `discord.generator.preset`. */
export function operationName({ surface, feature, operation }: OperationNames): string {
  return `${surface}.${feature}.${operation}`;
}

/** All that is known of one operation, as tables. */
export function operationSections({ days, from }: UsageReport, one: OperationUsage): Section[] {
  const { surface, previous, change } = one;
  const now = { ...runValues(one), ...(change && { change: change.invokes }) };
  return [
    {
      title: 'Runs',
      one: 'period',
      shown: 'always',
      columns: [INVOKES, ...(change === null ? [] : [CHANGE]), SUCCESS, FAILED, P50, P95, SLOW],
      rows: [
        { label: `${plural(days, 'day')} from ${from}`, depth: 0, values: now },
        ...(previous === null ? [] : [{ label: `${plural(days, 'day')} before`, depth: 0 as const, values: runValues(previous) }])
      ]
    },
    {
      title: 'Errors',
      one: 'operation_error',
      shown: 'always',
      columns: ERROR_COLUMNS,
      rows: one.errors.map(({ errorType, provider, status, count }) => ({
        label: provider === null ? errorType : `${errorType} at ${provider}`,
        depth: 0,
        values: { status, count }
      })),
      ifEmpty: 'None in these days.'
    },
    {
      title: 'Providers',
      one: 'provider',
      shown: 'always',
      columns: [RUNS, SUCCESS, FAILED],
      rows: one.providers.map((provider) => providerRow(provider, surface))
    },
    {
      title: 'Days',
      one: 'day',
      shown: 'always',
      columns: [INVOKES, { key: 'successes', header: 'successes' }, { key: 'failures', header: 'failures' }],
      rows: one.daily.map(({ day, ...values }) => ({ label: day, depth: 0, values }))
    }
  ];
}
