import type { OperationRuns, OperationUsage, UsageReport } from '../reports/usageReport.ts';
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
export function operationSections({ days, from, today: ofToday }: UsageReport, one: OperationUsage): Section[] {
  const { surface, feature, operation, previous, change, today } = one;
  const row = (label: string, values: Values, name = label): Row => ({ label, depth: 0, values, fact: { surface, name } });
  const errorRows = ({ errors }: OperationRuns): Row[] =>
    errors.map((error) =>
      row(errorLabel(error), { status: error.status, count: error.count }, `${feature}.${operation} ${errorLabel(error)}`)
    );
  const providerRows = ({ providers }: OperationRuns): Row[] => providers.map((provider) => providerRow(provider, surface));
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
      title: 'Today so far',
      one: 'today',
      shown: 'always',
      columns: [INVOKES, SUCCESS, { ...FAILED, wideOnly: false }, P50, P95, SLOW],
      rows: today === null || ofToday === null || !hasRun(today) ? [] : [row(ofToday.to, runValues(today))]
    },
    {
      title: 'Errors today so far',
      one: 'operation_error_today',
      shown: 'always',
      columns: ERROR_COLUMNS,
      rows: today === null ? [] : errorRows(today)
    },
    {
      title: 'Providers today so far',
      one: 'provider_today',
      shown: 'always',
      columns: [RUNS, SUCCESS, FAILED],
      rows: today === null ? [] : providerRows(today)
    },
    {
      title: 'Errors',
      one: 'operation_error',
      shown: 'always',
      columns: ERROR_COLUMNS,
      rows: errorRows(one),
      ifEmpty: 'None in these days.'
    },
    {
      title: 'Providers',
      one: 'provider',
      shown: 'always',
      columns: [RUNS, SUCCESS, FAILED],
      rows: providerRows(one)
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

/** A run may have ended and its begin be lost. */
function hasRun({ invokes, successes, failures }: OperationRuns): boolean {
  return invokes + successes + failures > 0;
}
