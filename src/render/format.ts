import type { Change, GuildCount, Outcomes, PeriodFigures, ReportQuality, UsageReport } from '../reports/usageReport.ts';
import type { Values } from './section.ts';

const PERCENT = new Intl.NumberFormat('en-US', {
  style: 'percent',
  minimumFractionDigits: 1,
  maximumFractionDigits: 1,
  // Only a rate of 1 reads 100 %.
  roundingMode: 'floor'
});
// Made once: a formatter takes a hundred times longer to make than to use, and these words are written on the bot's thread.
const COUNT = new Intl.NumberFormat('en-US');
const SMALL_SHARE = new Intl.NumberFormat('en-US', { style: 'percent', maximumFractionDigits: 1 });
const SHARE = new Intl.NumberFormat('en-US', { style: 'percent', maximumFractionDigits: 0 });
const EXACT_SHARE = new Intl.NumberFormat('en-US', { style: 'percent', minimumFractionDigits: 1, maximumFractionDigits: 1 });
const SIGNED_SHARE = new Intl.NumberFormat('en-US', { style: 'percent', maximumFractionDigits: 1, signDisplay: 'exceptZero' });
const NONE = '–';
/** A rate of weighted counts may lie a bit's breadth below what it is, which must not be rounded down. */
const EXACT = 1e12;

/** A count, as `12,345`. */
export function count(value: number): string {
  return COUNT.format(value);
}

/** A rate, as `94.2%`, rounded down. */
export function rate({ successRate }: Pick<Outcomes, 'successRate'>): string {
  return successRate === null ? NONE : PERCENT.format(Math.round(successRate * EXACT) / EXACT);
}

/** A share of 1, as `4.2%`, or `40%` where that is near enough. */
export function share(value: number): string {
  return (value < 0.1 ? SMALL_SHARE : SHARE).format(value);
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
  if (value === undefined) return '';
  if (key === 'guilds' || key === 'previousGuilds') return guildCount(value as GuildCount);
  if (typeof value === 'string') return value;
  if (typeof value === 'object') return value === null ? NONE : changeText(value);
  return FORMATS[key]?.(value) ?? count(value);
}

const FORMATS: Readonly<Partial<Record<keyof Values, (value: number) => string>>> = {
  successRate: (successRate) => rate({ successRate }),
  previousRate: (successRate) => rate({ successRate }),
  slowShare: (slowShare) => EXACT_SHARE.format(slowShare),
  p50Ms: duration,
  p95Ms: duration,
  previousP95Ms: duration
};

export function guildCount(guilds: GuildCount): string {
  return typeof guilds === 'number' ? count(guilds) : '< 5';
}

/** A change, as `+50.0%`; with a star where it is notable. */
export function changeText({ ratio, isNotable }: Change): string {
  const words = ratio === null ? (isNotable ? 'new' : NONE) : SIGNED_SHARE.format(ratio);
  return `${words}${isNotable ? '*' : ''}`;
}

export function title({ days, from, to, surface, noPrevious }: UsageReport): string {
  const period = noPrevious === 'today' ? `today so far, ${to}` : `${plural(days, 'day')}, ${from} to ${to}`;
  return `Usage of ${period} (UTC)${surface === null ? '' : `, ${surface} only`}`;
}

export function summary(figures: PeriodFigures): string {
  return `${use(figures)} · ${activeGuildsText(figures)}`;
}

/** `at least 15 active guilds`. */
export function activeGuildsText({ activeGuilds }: PeriodFigures): string {
  return activeGuilds === 'fewer than 5' ? 'fewer than 5 active guilds' : `at least ${plural(activeGuilds, 'active guild')}`;
}

/** Today, where it is told apart; a line or none. */
export function todayLines({ today }: UsageReport): string[] {
  return today === null ? [] : [`Today so far: ${use(today)}`];
}

function use({ events, invokes, outcomes }: PeriodFigures): string {
  return `${plural(events, 'event')} · ${plural(invokes, 'run')} · ${rate(outcomes)} succeeded`;
}

/** Sampling, losses and the last write, in a sentence each. */
export function qualityLines(quality: ReportQuality): string[] {
  const { sampleRates, future, unfinished, notKept, lastWriteDay } = quality;
  const sampled = sampleRates.some((one) => one < 1);
  return [
    ...(lastWriteDay === null
      ? []
      : [sampled ? `Counts are scaled up from sampling at ${sampleRates.join(', ')}.` : 'Every run was recorded, none sampled out.']),
    ...lossLines(quality),
    ...(future > 0
      ? [`${plural(future, 'event')} more ${future === 1 ? 'is' : 'are'} dated later than today, and shown nowhere: a clock was ahead.`]
      : []),
    ...(notKept > 0 ? [`Nothing is kept of the first ${notKept === 1 ? 'day' : plural(notKept, 'day')}: the retention is shorter.`] : []),
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
