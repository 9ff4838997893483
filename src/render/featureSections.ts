import type { OperationError, OperationFigures, OperationUsage, UsageChange, UsageReport } from '../reports/usageReport.ts';
import {
  CHANGE,
  ERROR_COLUMNS,
  FAILED,
  INVOKES,
  P50,
  P95,
  SLOW,
  SUCCESS,
  type Column,
  type Row,
  type Section,
  type Values
} from './section.ts';

/** What stands beside the figures of the period, where the period before is asked for. */
const BEFORE: readonly Column[] = [
  CHANGE,
  { key: 'previousInvokes', header: 'runs before' },
  { key: 'previousRate', header: 'success before' },
  { key: 'previousP95Ms', header: 'p95 before' }
];

/** The operations by their features. */
export function featureSection(report: UsageReport, withPrevious: boolean): Section {
  const groupName = groupNames(report);
  const operations = Map.groupBy(report.features, featureName);
  const columns = [INVOKES, SUCCESS, FAILED, P50, P95, SLOW];
  return {
    title: 'Features',
    one: 'operation',
    shown: 'always',
    columns: withPrevious && report.previous !== null ? [...columns, ...BEFORE] : columns,
    rows: report.featureTotals.flatMap(({ invokes, successes, failures, successRate, ...one }): Row[] => [
      { label: groupName(one), depth: 0, values: { invokes, successes, failures, successRate } },
      ...(operations.get(featureName(one)) ?? []).map((inner): Row => ({
        label: inner.operation,
        depth: 1,
        values: operationValues(inner),
        fact: { surface: inner.surface, name: `${inner.feature}.${inner.operation}` }
      }))
    ])
  };
}

function operationValues({ previous, change, ...figures }: OperationUsage): Values {
  return {
    ...runValues(figures),
    ...(previous !== null && {
      ...changeValues(change),
      previousInvokes: previous.invokes,
      previousRate: previous.successRate,
      previousP95Ms: previous.p95Ms
    })
  };
}

export function runValues({ invokes, successes, failures, successRate, p50Ms, p95Ms, slowShare }: OperationFigures): Values {
  return { invokes, successes, failures, successRate, p50Ms, p95Ms, slowShare };
}

/** Nothing without a period before. */
export function changeValues(change: UsageChange | null): Values {
  return change === null ? {} : { change: change.invokes, failureChange: change.failureRate };
}

/** What has changed by more than chance, an operation and a measure a row. */
export function changeSection(report: UsageReport): Section {
  const groupName = groupNames(report);
  const rows = report.features.flatMap((one): Row[] => {
    const { change, previous, invokes, successRate } = one;
    if (change === null || previous === null) return [];
    const label = `${groupName(one)} ${one.operation}`;
    return [
      ...(change.invokes.isNotable
        ? [{ label, depth: 0 as const, values: { change: change.invokes, invokes, previousInvokes: previous.invokes } }]
        : []),
      ...(change.failureRate.isNotable
        ? [
            {
              label: `${label}, failures`,
              depth: 0 as const,
              values: { change: change.failureRate, successRate, previousRate: previous.successRate }
            }
          ]
        : [])
    ];
  });
  const columns: Column[] = [
    { key: 'change', header: 'change' },
    INVOKES,
    { key: 'previousInvokes', header: 'before' },
    SUCCESS,
    { key: 'previousRate', header: 'before' }
  ];
  const section = { title: 'Notable changes', one: 'change', shown: 'roomy', columns, rows } as const;
  return report.previous === null ? section : { ...section, ifEmpty: 'None: what differs from the days before may be chance.' };
}

/** Which operation failed, with which error, at which provider. */
export function failureSection(report: UsageReport): Section {
  const groupName = groupNames(report);
  return {
    title: 'Failures by operation',
    one: 'operation_error',
    shown: 'roomy',
    columns: ERROR_COLUMNS,
    rows: report.features
      .filter(({ errors }) => errors.length > 0)
      .toSorted((a, b) => b.failures - a.failures)
      .flatMap((one): Row[] => [
        { label: `${groupName(one)} ${one.operation}`, depth: 0, values: { count: one.failures } },
        ...one.errors.map((error): Row => ({
          label: errorLabel(error),
          depth: 1,
          values: { status: error.status, count: error.count },
          fact: { surface: one.surface, name: `${one.feature}.${one.operation} ${errorLabel(error)}` }
        }))
      ])
  };
}

/** An error and the provider that was asked, if any. */
export function errorLabel({ errorType, provider }: OperationError): string {
  return provider === null ? errorType : `${errorType} at ${provider}`;
}

/** What to call a feature: the surface is named unless it is the one asked for, or all of the report is Discord. */
export function groupNames({ features, surface: asked }: UsageReport): (one: Pick<OperationUsage, 'surface' | 'feature'>) => string {
  const isPlain = features.every(({ surface }) => surface === (asked ?? 'discord'));
  return ({ surface, feature }) => (isPlain ? feature : `${surface} ${feature}`);
}

function featureName({ surface, feature }: Pick<OperationUsage, 'surface' | 'feature'>): string {
  return `${surface}.${feature}`;
}
