import type {
  OperationFigures,
  OperationRuns,
  OperationUsage,
  PeriodFigures,
  UsageChange,
  UsageReport
} from '../../../src/reports/usageReport.ts';
import { addDays } from '../../../src/events/day.ts';
import { FOR_PROGRAMS } from './expected.ts';
import { rowsOfCsv, type ReadTable } from './read.ts';

type Tables = Record<string, Pick<ReadTable, 'rows'>>;

/** The figures of a report in JSON, in the tables that people see. */
export function tablesInJson(report: UsageReport): Tables {
  const { days, from, previous, today, change, features } = report;
  return {
    Periods: {
      rows: {
        [`${plural(days)} from ${from}`]: period(report, change?.invokes.ratio),
        ...(previous !== null && { [`${plural(days)} before`]: period(previous) }),
        ...(today !== null && { 'today so far': period(today) })
      }
    },
    'Notable changes': {
      rows: Object.fromEntries(
        features.flatMap((one) => [
          ...(one.change?.invokes.isNotable === true
            ? [[label(one), [one.change.invokes.ratio, one.invokes, one.previous?.invokes, undefined, undefined]]]
            : []),
          ...(one.change?.failureRate.isNotable === true
            ? [
                [
                  `${label(one)}, failures`,
                  [one.change.failureRate.ratio, undefined, undefined, one.successRate, one.previous?.successRate]
                ]
              ]
            : [])
        ])
      )
    },
    Features: {
      rows: Object.fromEntries(
        features.map((one) => [
          `${one.surface} ${one.feature} › ${one.operation}`,
          [...cells(one), one.change?.invokes.ratio, one.previous?.invokes, one.previous?.successRate, one.previous?.p95Ms]
        ])
      )
    },
    'Failures by operation': {
      rows: Object.fromEntries(features.flatMap((one) => errorRows(one).map(([name, row]) => [`${label(one)} › ${name}`, row])))
    },
    [FOR_PROGRAMS]: {
      rows: {
        ...Object.fromEntries(features.map((one) => [`${one.surface} ${one.feature} › ${one.operation}`, programCells(one, one.change)])),
        [`${plural(days)} from ${from}`]: programCells(report.outcomes, change)
      }
    },
    ...providersAndErrors(report),
    'Providers today so far': providersAndErrors(today ?? NOTHING).Providers,
    'Errors today so far': providersAndErrors(today ?? NOTHING).Errors,
    'Errors of listeners': {
      rows: Object.fromEntries(
        report.listenerErrors.map(({ listener, errorType, status, count }) => [`${listener} ${errorType}`, [status, count]])
      )
    },
    Reach: {
      rows: Object.fromEntries(
        report.reach.map(({ surface, feature, guilds, previousGuilds }) => [`${surface} ${feature}`, [guilds, previousGuilds]])
      )
    },
    Days: { rows: Object.fromEntries(report.daily.map(({ day, events, successes, failures }) => [day, [events, successes, failures]])) },
    'Providers by day': {
      rows: Object.fromEntries(report.providerDays.map((one) => [`${one.day} ${one.provider}`, providerCells(one)]))
    },
    'Errors by day': {
      rows: Object.fromEntries(report.errorDays.map(({ day, errorType, status, count }) => [`${day} ${errorType}`, [status, count]]))
    }
  };
}

function label({ surface, feature, operation }: OperationUsage): string {
  return `${surface} ${feature} ${operation}`;
}

function period({ outcomes, activeGuilds, ...figures }: PeriodFigures, ratio?: number | null): unknown[] {
  return [...cells({ ...figures, ...outcomes }, [ratio]), activeGuilds];
}

/** The same of one operation. */
export function operationInJson({ days, from, to, ...one }: Pick<UsageReport, 'days' | 'from' | 'to'> & OperationUsage): Tables {
  const today = one.today ?? undefined;
  return {
    Runs: {
      rows: {
        [`${plural(days)} from ${from}`]: cells(one, [one.change?.invokes.ratio]),
        ...(one.previous !== null && { [`${plural(days)} before`]: cells(one.previous, [undefined]) })
      }
    },
    'Today so far': {
      rows: today === undefined || today.invokes + today.successes + today.failures === 0 ? {} : { [addDays(to, 1)]: cells(today) }
    },
    'Errors today so far': { rows: Object.fromEntries(errorRows(today ?? NOTHING)) },
    'Providers today so far': providersAndErrors(today ?? NOTHING).Providers,
    Errors: { rows: Object.fromEntries(errorRows(one)) },
    Providers: providersAndErrors(one).Providers,
    Days: { rows: Object.fromEntries(one.daily.map(({ day, invokes, successes, failures }) => [day, [invokes, successes, failures]])) }
  };
}

function cells({ invokes, successRate, failures, p50Ms, p95Ms, slowShare }: OperationFigures, change: readonly unknown[] = []): unknown[] {
  return [invokes, ...change, successRate, failures, p50Ms, p95Ms, slowShare];
}

function programCells({ successes }: Pick<OperationFigures, 'successes'>, change: UsageChange | null): unknown[] {
  return [successes, ...[change?.invokes, change?.failureRate].flatMap((one) => [one?.ratio, one?.isNotable])];
}

const NOTHING = { providers: [], errors: [] };

function providersAndErrors({
  providers,
  errors
}: Pick<UsageReport, 'providers' | 'errors'>): Record<'Providers' | 'Errors', Tables[string]> {
  return {
    Providers: { rows: Object.fromEntries(providers.map((one) => [one.provider, providerCells(one)])) },
    Errors: { rows: Object.fromEntries(errors.map(({ errorType, status, count }) => [errorType, [status, count]])) }
  };
}

function providerCells({ runs, failures, successRate }: UsageReport['providers'][number]): unknown[] {
  return [runs, successRate, failures];
}

function errorRows({ errors }: Pick<OperationRuns, 'errors'>): [name: string, cells: unknown[]][] {
  return errors.map(({ errorType, provider, status, count }) => [
    provider === null ? errorType : `${errorType} at ${provider}`,
    [status, count]
  ]);
}

function plural(days: number): string {
  return days === 1 ? '1 day' : `${days} days`;
}

const RUNS = ['success_rate', 'failures', 'p50_ms', 'p95_ms', 'slow_share'];
const PROVIDERS = ['runs', 'success_rate', 'failures'];
const ERRORS = ['status', 'count'];
const OTHERS = ['successes', 'invokes_change', 'invokes_change_notable', 'failure_rate_change', 'failure_rate_change_notable'];

type Sections = Readonly<Record<string, readonly [title: string, columns: readonly string[]]>>;

/** Which columns a section of a CSV fills, in the order of the table that people see. */
export const OF_REPORT: Sections = {
  period: ['Periods', ['invokes', 'invokes_change', ...RUNS, 'guilds']],
  operation: ['Features', ['invokes', ...RUNS, 'invokes_change', 'previous_invokes', 'previous_success_rate', 'previous_p95_ms']],
  operation_error: ['Failures by operation', ERRORS],
  provider_today: ['Providers today so far', PROVIDERS],
  error_today: ['Errors today so far', ERRORS],
  provider: ['Providers', PROVIDERS],
  error: ['Errors', ERRORS],
  listener_error: ['Errors of listeners', ERRORS],
  reach: ['Reach', ['guilds', 'previous_guilds']],
  day: ['Days', ['count', 'successes', 'failures']],
  provider_day: ['Providers by day', PROVIDERS],
  error_day: ['Errors by day', ERRORS]
};

export const OF_OPERATION: Sections = {
  period: ['Runs', ['invokes', 'invokes_change', ...RUNS]],
  today: ['Today so far', ['invokes', ...RUNS]],
  operation_error_today: ['Errors today so far', ERRORS],
  provider_today: ['Providers today so far', PROVIDERS],
  operation_error: ['Errors', ERRORS],
  provider: ['Providers', PROVIDERS],
  day: ['Days', ['invokes', 'successes', 'failures']]
};

/** The figures of a CSV, in the tables that people see; those are called as `periods` says. */
export function tablesInCsv(csv: string, sections: Sections, periods: Readonly<Record<string, string>>): Tables {
  const tables: Record<string, { rows: Record<string, unknown[]> }> = {};
  for (const row of rowsOfCsv(csv)) {
    const [title, columns] = sections[row['section'] ?? ''] ?? [];
    if (title === undefined || columns === undefined) continue;
    const valuesOf = (names: readonly string[]): unknown[] => names.map((column) => valueOf(row[column] ?? ''));
    const whole = nameIn(row, periods);
    const name = title.startsWith('Errors') ? (whole.split(' › ').at(-1) ?? '') : whole;
    (tables[title] ??= { rows: {} }).rows[name] = valuesOf(columns);
    if (title === 'Features' || (title === 'Periods' && name === periods['period']))
      (tables[FOR_PROGRAMS] ??= { rows: {} }).rows[name] = valuesOf(OTHERS);
  }
  return tables;
}

/** What people call it. */
function nameIn({ section, surface = '', name = '' }: Record<string, string>, periods: Readonly<Record<string, string>>): string {
  const [operation = '', ...more] = name.split(' ');
  if (section === 'operation') return `${surface} ${name.replace('.', ' › ')}`;
  if (section === 'operation_error' || section === 'operation_error_today')
    return `${surface} ${operation.replace('.', ' ')} › ${more.join(' ')}`;
  if (section === 'listener_error') return name.replace('.', ' ');
  return section === 'reach' ? `${surface} ${name}` : section === 'period' ? (periods[name] ?? name) : name;
}

/** An empty cell is no value. */
function valueOf(cell: string): unknown {
  if (cell === '') return null;
  return ['true', 'false'].includes(cell) ? cell === 'true' : Number.isNaN(Number(cell)) ? cell : Number(cell);
}
