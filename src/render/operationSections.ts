import type { OperationUsage, UsageReport } from '../reports/usageReport.ts';
import { changeValues, errorLabel, runValues } from './featureSections.ts';
import { plural } from './format.ts';
import {
  CHANGE,
  ERROR_COLUMNS,
  FAILED,
  INVOKES,
  P50,
  P95,
  RUNS,
  SLOW,
  SUCCESS,
  providerRow,
  type Row,
  type Section,
  type Values
} from './section.ts';

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
  const { surface, feature, operation, previous, change } = one;
  const row = (label: string, values: Values, name = label): Row => ({ label, depth: 0, values, fact: { surface, name } });
  return [
    {
      title: 'Runs',
      one: 'period',
      shown: 'always',
      columns: [INVOKES, ...(change === null ? [] : [CHANGE]), SUCCESS, FAILED, P50, P95, SLOW],
      rows: [
        row(`${plural(days, 'day')} from ${from}`, { ...runValues(one), ...changeValues(change) }, 'period'),
        ...(previous === null ? [] : [row(`${plural(days, 'day')} before`, runValues(previous), 'previous')])
      ]
    },
    {
      title: 'Errors',
      one: 'operation_error',
      shown: 'always',
      columns: ERROR_COLUMNS,
      rows: one.errors.map((error) =>
        row(errorLabel(error), { status: error.status, count: error.count }, `${feature}.${operation} ${errorLabel(error)}`)
      ),
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
      rows: one.daily.map(({ day, ...values }) => row(day, values))
    }
  ];
}
