import type { OperationUsage, Outcomes, UsageReport } from '../reports/usageReport.ts';

/** What a row says: the numbers of a run's end, or a text. */
export interface Values {
  readonly status?: string;
  readonly runs?: number;
  readonly invokes?: number;
  readonly successes?: number;
  readonly failures?: number;
  readonly successRate?: number | null;
  readonly count?: number;
  readonly p50Ms?: number | null;
  readonly p95Ms?: number | null;
}

export interface Column {
  readonly key: keyof Values;
  readonly header: string;
  /** Whether it is left out where there is little room. */
  readonly wideOnly?: boolean;
}

export interface Row {
  readonly label: string;
  /** 0, or 1 for a row that belongs to the one above. */
  readonly depth: 0 | 1;
  readonly values: Values;
  /** How a table of single facts calls it; none for a row that only adds up others. */
  readonly fact?: { readonly surface: string | null; readonly name: string };
}

export interface Section {
  readonly title: string;
  /** What one of its rows is called. */
  readonly one: string;
  readonly columns: readonly Column[];
  readonly rows: readonly Row[];
}

const RUNS = { key: 'runs', header: 'runs' } as const;
const INVOKES = { key: 'invokes', header: 'runs' } as const;
const SUCCESS = { key: 'successRate', header: 'success' } as const;
const FAILED = { key: 'failures', header: 'failed', wideOnly: true } as const;

/** The tables of a report, in the order in which they are shown. Text, CSV and embed are renderings of them. */
export function sectionsOf(report: UsageReport): Section[] {
  const { surface } = report;
  return [
    {
      title: 'Features',
      one: 'operation',
      columns: [INVOKES, SUCCESS, FAILED, { key: 'p50Ms', header: 'p50' }, { key: 'p95Ms', header: 'p95' }],
      rows: byFeature(report).flatMap(({ name, operations, ...sum }): Row[] => [
        { label: name, depth: 0, values: sum },
        ...operations.map(({ surface: where, feature, operation, ...values }): Row => ({
          label: operation,
          depth: 1,
          values,
          fact: { surface: where, name: `${feature}.${operation}` }
        }))
      ])
    },
    {
      title: 'Providers',
      one: 'provider',
      columns: [RUNS, SUCCESS, FAILED],
      rows: report.providers.map(({ provider, ...ends }) => ({
        label: provider,
        depth: 0,
        values: { ...ends, runs: ends.successes + ends.failures },
        fact: { surface, name: provider }
      }))
    },
    {
      title: 'Errors',
      one: 'error',
      columns: [
        { key: 'status', header: 'status', wideOnly: true },
        { key: 'count', header: 'count' }
      ],
      rows: report.errors.map(({ errorType, status, count }) => ({
        label: errorType,
        depth: 0,
        values: { status, count },
        fact: { surface, name: errorType }
      }))
    },
    {
      title: 'Errors of listeners',
      one: 'listener_error',
      columns: [
        { key: 'status', header: 'status', wideOnly: true },
        { key: 'count', header: 'count' }
      ],
      rows: report.listenerErrors.map(({ listener, errorType, status, count }) => ({
        label: `${listener} ${errorType}`,
        depth: 0,
        values: { status, count },
        fact: { surface: 'discord', name: `${listener}.${errorType}` }
      }))
    },
    {
      title: 'Days',
      one: 'day',
      columns: [
        { key: 'count', header: 'events' },
        { key: 'successes', header: 'successes', wideOnly: true },
        { key: 'failures', header: 'failures' }
      ],
      rows: report.daily.map(({ day, events, successes, failures }) => ({
        label: day,
        depth: 0,
        values: { count: events, successes, failures },
        fact: { surface, name: day }
      }))
    }
  ];
}

/** A feature with its operations, the most used first. */
interface FeatureGroup extends Outcomes {
  readonly name: string;
  readonly invokes: number;
  readonly operations: readonly OperationUsage[];
}

/** The operations of a report by their feature; the surface is named unless it is the one asked for, or all of it is Discord. */
function byFeature(report: UsageReport): FeatureGroup[] {
  const isPlain = report.features.every(({ surface }) => surface === (report.surface ?? 'discord'));
  const groups = Map.groupBy(report.features, ({ surface, feature }) => (isPlain ? feature : `${surface} ${feature}`));
  return [...groups]
    .map(([name, operations]) => {
      const sum = (key: 'invokes' | 'successes' | 'failures'): number => operations.reduce((total, one) => total + one[key], 0);
      const [successes, failures] = [sum('successes'), sum('failures')];
      const successRate = successes + failures === 0 ? null : successes / (successes + failures);
      return { name, invokes: sum('invokes'), successes, failures, successRate, operations };
    })
    .toSorted((a, b) => b.invokes - a.invokes);
}
