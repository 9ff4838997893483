import type { Outcomes, ReportQuality, UsageReport } from '../reports/usageReport.ts';
import type { Values } from './sections.ts';

const PERCENT = new Intl.NumberFormat('en-US', {
  style: 'percent',
  minimumFractionDigits: 1,
  maximumFractionDigits: 1,
  // Only a rate of 1 reads 100 %.
  roundingMode: 'floor'
});
const NONE = '–';

/** A count, as `12,345`. */
export function count(value: number): string {
  return value.toLocaleString('en-US');
}

/** A rate, as `94.2%`, rounded down. */
export function rate({ successRate }: Pick<Outcomes, 'successRate'>): string {
  return successRate === null ? NONE : PERCENT.format(successRate);
}

/** A duration, as `340 ms` or `2.1 s`. */
export function duration(ms: number | null): string {
  if (ms === null) return NONE;
  return ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`;
}

/** `7 days`, `1 day`. */
export function plural(value: number, one: string): string {
  return `${count(value)} ${one}${value === 1 ? '' : 's'}`;
}

/** A value of a row, for people; an empty text where the row has none. */
export function formatValue(values: Values, key: keyof Values): string {
  const value = values[key];
  if (value === undefined || typeof value === 'string') return value ?? '';
  if (key === 'successRate') return rate({ successRate: value });
  return key === 'p50Ms' || key === 'p95Ms' ? duration(value) : count(value ?? 0);
}

export function title({ days, from, to, surface }: UsageReport): string {
  return `Usage of ${plural(days, 'day')}, ${from} to ${to} (UTC)${surface === null ? '' : `, ${surface} only`}`;
}

export function summary({ events, invokes, outcomes, activeGuilds }: UsageReport): string {
  const guilds = activeGuilds === 'fewer than 5' ? 'fewer than 5 active guilds' : `at least ${plural(activeGuilds, 'active guild')}`;
  return `${plural(events, 'event')} · ${plural(invokes, 'run')} · ${rate(outcomes)} succeeded · ${guilds}`;
}

/** Sampling, losses and the last write, in a sentence each. */
export function qualityLines(quality: ReportQuality): string[] {
  const { sampleRates, future, unfinished, lastWriteDay } = quality;
  const sampled = sampleRates.some((one) => one < 1);
  return [
    ...(lastWriteDay === null
      ? []
      : [sampled ? `Counts are scaled up from sampling at ${sampleRates.join(', ')}.` : 'Every run was recorded, none sampled out.']),
    ...lossLines(quality),
    ...(future > 0
      ? [`${plural(future, 'event')} more ${future === 1 ? 'is' : 'are'} dated later than today, and shown nowhere: a clock was ahead.`]
      : []),
    ...(unfinished > 0 ? [`${plural(unfinished, 'run')} of past days never ended: a process died meanwhile.`] : []),
    lastWriteDay === null ? 'Nothing was recorded in these days.' : `Last written on ${lastWriteDay}.`
  ];
}

function lossLines({ dropped, refused, unwritten, lossesMayBeMissing }: ReportQuality): string[] {
  const unknown = 'What earlier processes lost may be unknown: the status says why.';
  if (dropped + refused + unwritten === 0) return [lossesMayBeMissing ? unknown : 'No event is known to be lost.'];
  const atEnd = unwritten > 0 ? `, ${count(unwritten)} unwritten when a process ended` : '';
  const lost = `Lost: ${plural(dropped, 'event')} to a full queue, ${count(refused)} refused by the database${atEnd}.`;
  return lossesMayBeMissing ? [lost, unknown] : [lost];
}

/** What is said after a deletion of which something is left in the files of SQLite. */
export const NOT_WIPED =
  'Its traces still stand in the bytes of the SQLite file: another process reads it, or a guild was erased minutes ago. They are wiped by themselves';
