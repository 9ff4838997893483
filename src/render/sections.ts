import type { ErrorDay, ErrorUsage, PeriodFigures, UsageReport } from '../reports/usageReport.ts';
import { changeSection, changeValues, failureSection, featureSection } from './featureSections.ts';
import { plural } from './format.ts';
import { operationSections } from './operationSections.ts';
import {
  CHANGE,
  ERROR_COLUMNS,
  FAILED,
  GUILDS,
  INVOKES,
  P50,
  P95,
  RUNS,
  SLOW,
  SUCCESS,
  providerRow,
  type Row,
  type Section,
  type Values,
  type Wanted
} from './section.ts';

export type { Column, Row, Section, Values, Wanted } from './section.ts';

/** The tables of a report, in the order in which they are shown. Text, CSV, HTML, message and embed are renderings of them. */
export function sectionsOf(report: UsageReport, { withPrevious = false, operation }: Wanted = {}): Section[] {
  if (operation !== undefined) return operationSections(report, operation);
  const { surface, today } = report;
  return [
    periodSection(report),
    changeSection(report),
    featureSection(report, withPrevious),
    failureSection(report),
    {
      title: 'Providers',
      one: 'provider',
      shown: 'always',
      columns: [RUNS, SUCCESS, FAILED],
      rows: report.providers.map((one) => providerRow(one, surface))
    },
    {
      title: 'Errors',
      one: 'error',
      shown: 'always',
      columns: ERROR_COLUMNS,
      rows: report.errors.map((one) => errorRow(one, surface))
    },
    {
      title: 'Errors of listeners',
      one: 'listener_error',
      shown: 'always',
      columns: ERROR_COLUMNS,
      rows: report.listenerErrors.map(({ listener, errorType, status, count }) => ({
        label: `${listener} ${errorType}`,
        depth: 0,
        values: { status, count },
        fact: { surface: 'discord', name: `${listener}.${errorType}` }
      }))
    },
    reachSection(report),
    unusedSection(report),
    {
      title: 'Days',
      one: 'day',
      shown: 'always',
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
    },
    {
      title: 'Providers today so far',
      one: 'provider_today',
      shown: 'full',
      columns: [RUNS, SUCCESS, FAILED],
      rows: (today?.providers ?? []).map((one) => providerRow(one, surface))
    },
    {
      title: 'Errors today so far',
      one: 'error_today',
      shown: 'full',
      columns: ERROR_COLUMNS,
      rows: (today?.errors ?? []).map((one) => errorRow(one, surface))
    },
    {
      title: 'Providers by day',
      one: 'provider_day',
      shown: 'full',
      columns: [RUNS, SUCCESS, FAILED],
      rows: report.providerDays.map((one) => ofDay(one, providerRow(one, surface)))
    },
    {
      title: 'Errors by day',
      one: 'error_day',
      shown: 'full',
      columns: ERROR_COLUMNS,
      rows: report.errorDays.map((one) => ofDay(one, errorRow(one, surface)))
    }
  ];
}

/** The period, the one before and today so far; nothing where there is the period alone. */
function periodSection({ days, from, surface, previous, today, change, ...figures }: UsageReport): Section {
  const row = (label: string, one: string, values: Values): Row => ({ label, depth: 0, values, fact: { surface, name: one } });
  const others = [
    ...(previous === null ? [] : [row(`${plural(days, 'day')} before`, 'previous', periodValues(previous))]),
    ...(today === null ? [] : [row('today so far', 'today', periodValues(today))])
  ];
  return {
    title: 'Periods',
    one: 'period',
    shown: 'roomy',
    columns: [INVOKES, ...(change === null ? [] : [CHANGE]), SUCCESS, FAILED, P50, P95, SLOW, GUILDS],
    rows:
      others.length === 0
        ? []
        : [
            row(`${plural(days, 'day')} from ${from}`, 'period', {
              ...periodValues({ ...figures, from }),
              ...changeValues(change)
            }),
            ...others
          ]
  };
}

export function periodValues({ invokes, outcomes, p50Ms, p95Ms, slowShare, activeGuilds }: PeriodFigures): Values {
  return { invokes, ...outcomes, p50Ms, p95Ms, slowShare, guilds: activeGuilds };
}

function reachSection({ reach, surface, features, previous }: UsageReport): Section {
  const isPlain = features.every((one) => one.surface === (surface ?? 'discord'));
  return {
    title: 'Reach',
    one: 'reach',
    shown: 'roomy',
    columns: [GUILDS, ...(previous === null ? [] : [{ key: 'previousGuilds', header: 'before' } as const])],
    rows: reach.map(({ surface: where, feature, guilds, previousGuilds }) => ({
      label: isPlain ? feature : `${where} ${feature}`,
      depth: 0,
      values: {
        guilds,
        previousGuilds,
        ...(typeof guilds === 'number' && { count: guilds })
      },
      fact: { surface: where, name: feature }
    }))
  };
}

function unusedSection({ unused }: UsageReport): Section {
  return {
    title: 'Unused',
    one: 'unused',
    shown: 'roomy',
    columns: [{ key: 'piece', header: 'piece' }],
    rows: (unused ?? []).map(({ surface, feature, operation, piece }) => ({
      label: `${feature} ${operation}`,
      depth: 0,
      values: { piece },
      fact: { surface, name: `${feature}.${operation}` }
    })),
    ifEmpty: unused === null ? 'Only the bot knows what it has: see /telemetry report.' : 'All that the bot has was used.'
  };
}

function errorRow({ errorType, status, count }: ErrorUsage, surface: string | null): Row {
  return { label: errorType, depth: 0, values: { status, count }, fact: { surface, name: errorType } };
}

function ofDay({ day }: Pick<ErrorDay, 'day'>, row: Row): Row {
  return { ...row, label: `${day} ${row.label}`, fact: { surface: row.fact?.surface ?? null, name: `${day} ${row.fact?.name ?? ''}` } };
}
