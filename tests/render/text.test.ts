import { stripVTControlCharacters, styleText } from 'node:util';
import { describe, expect, test } from '@jest/globals';
import { renderEmbed } from '../../src/render/embed.ts';
import { findOperation } from '../../src/render/operationSections.ts';
import { renderHtml } from '../../src/render/html/page.ts';
import { renderText } from '../../src/render/text.ts';
import type { UsageReport } from '../../src/reports/usageReport.ts';
import { addDays } from '../../src/events/day.ts';
import type { SpanUsage } from '../../src/store/store.ts';
import { aCount, HUGE, reportFrom, reportOf, TODAY } from '../support/madeReports.ts';

function reportOfEnds(successes: number, failures: number, sampleRate = 1): UsageReport {
  return reportFrom([
    aCount({ eventName: 'discord.generator.preset.success', count: successes, sampleRate }),
    aCount({ eventName: 'discord.generator.preset.failure', count: failures, sampleRate })
  ]);
}

describe('the text', () => {
  test('holds every name and number of the report, a line each', async () => {
    const report = reportOf(HUGE);
    const lines = renderText(report).split('\n');
    for (const { operation } of report.features) expect(lines.filter((line) => line.trim().startsWith(`${operation} `))).toHaveLength(1);
    for (const { errorType } of report.errors) expect(lines.filter((line) => line.startsWith(`  ${errorType} `))).toHaveLength(1);
    const failures =
      renderText(report)
        .split('\n\n')
        .find((block) => block.startsWith('Failures by operation'))
        ?.split('\n') ?? [];
    expect(failures).toHaveLength(1 + 2 * report.features.filter(({ errors }) => errors.length > 0).length);
    for (const { day } of report.daily) expect(lines.filter((line) => line.startsWith(`  ${day} `))).toHaveLength(1);
    expect(lines[0]).toBe('Usage of 365 days, 2025-03-04 to 2026-03-03 (UTC)');
    expect(lines).toContain('  Lost: 123,456,789 events to a full queue, 0 refused by the database.');
  });

  test('tells a rate of 100 % only where nothing failed', () => {
    expect(renderText(reportOfEnds(99_999, 0))).toContain('100.0% succeeded');
    expect(renderText(reportOfEnds(99_999, 1))).toContain('99.9% succeeded');
  });

  test('rounds a rate down, but no rate that is exact', () => {
    expect(renderText(reportOfEnds(1, 4, 0.3))).toContain('20.0% succeeded');
    expect(renderText(reportOfEnds(1, 19, 0.3))).toContain('5.0% succeeded');
    expect(renderText(reportOfEnds(2, 1, 0.3))).toContain('66.6% succeeded');
  });

  test('and the embed tell of events that are dated later than today', () => {
    for (const [future, words] of [
      [1, '1 event more is dated later than today'],
      [800, '800 events more are dated later than today']
    ] as const) {
      const report = reportFrom([], { future });
      for (const rendering of [renderText(report), JSON.stringify(renderEmbed(report))]) expect(rendering).toContain(words);
    }
    expect(renderText(reportFrom([]))).not.toContain('later than today');
  });

  test('and the embed tell of losses on days of which nothing else was recorded', () => {
    const report = reportFrom([], { lost: 4321 });
    for (const rendering of [renderText(report), JSON.stringify(renderEmbed(report))]) expect(rendering).toContain('4,321');
  });
});

/** Fifteen days of two operations: in the seven newest one runs three times as often, and the other fails half of the time. */
function changedReport(): UsageReport {
  const counts = Array.from({ length: 14 }, (_, ago) => {
    const day = addDays(TODAY, -ago);
    const isNow = ago < 7;
    const [more, failed] = [isNow ? 60 : 20, isNow ? 20 : 1];
    return [
      aCount({ day, eventName: 'discord.seeds.roll.invoke', count: more + (ago % 3) }),
      aCount({ day, eventName: 'discord.seeds.roll.success', count: more + (ago % 3) }),
      aCount({ day, eventName: 'discord.daily.post.invoke', count: 40 }),
      aCount({ day, eventName: 'discord.daily.post.success', count: 40 - failed }),
      aCount({
        day,
        eventName: 'discord.daily.post.failure',
        count: failed,
        provider: 'alttpr',
        status: 'timeout',
        errorType: 'provider_timeout'
      })
    ];
  }).flat();
  const seeds = { surface: 'discord', feature: 'seeds' };
  const guilds = (most: number): Partial<SpanUsage> => ({ guilds: most, features: [{ ...seeds, guilds: most }] });
  return reportFrom(counts, { days: 7, usage: guilds(17), before: guilds(4) });
}

/** The lines of one table of the text. */
const blockOf = (text: string, name: string): string[] =>
  text
    .split('\n\n')
    .find((block) => block.startsWith(name))
    ?.split('\n') ?? [];

describe('the text of what has changed', () => {
  const report = changedReport();

  test('tells the period, the one before and today, what is notable of each operation, and in how many guilds each feature was used', () => {
    const text = renderText(report);
    expect(blockOf(text, 'Periods')).toEqual([
      'Periods                   runs   change  success  failed  p50  p95  over 3 s  guilds',
      '  7 days from 2026-02-25   706  +65.3%*    80.1%     140    –    –         –      15',
      '  7 days before            427             98.3%       7    –    –         –     < 5',
      '  today so far               0                 –       0    –    –         –     < 5'
    ]);
    expect(blockOf(text, 'Notable changes')).toEqual([
      'Notable changes           change  runs  before  success  before',
      '  seeds roll            +189.8%*   426     147',
      '  daily post, failures  +1,900%*                  50.0%   97.5%'
    ]);
    expect(blockOf(text, 'Reach')).toEqual(['Reach    guilds  before', '  seeds      15     < 5']);
    expect(text.trimEnd().split('\n').at(-1)).toMatch(/^\* at least 10 %/);
    expect(renderText(reportOf())).not.toContain('*');
  });

  test('a page says what a star means below the tables that have one, and below no other', () => {
    const parts = renderHtml(report).split('<section>');
    const [starred, explained] = [/\*</, /\* at least 10 %/].map((mark) =>
      parts.flatMap((part, index) => (mark.test(part) ? [index] : []))
    );
    expect(explained).not.toEqual([]);
    expect(explained).toEqual(starred);
  });

  test('puts the figures of the days before beside those of each operation where they are asked for', () => {
    const features = blockOf(renderText(report, { withPrevious: true }), 'Features');
    expect(features[0]).toMatch(/change  runs before  success before  p95 before$/);
    expect(features.find((line) => line.startsWith('    roll'))).toMatch(/^    roll +426 +100\.0% .* \+189\.8%\* +147 +100\.0% +–$/);
    expect(blockOf(renderText(report), 'Features').join()).not.toContain('before');
  });

  test('tells all of one operation, and of no other', () => {
    const text = renderText(report, { operation: findOperation(report, 'discord.daily.post') });
    expect(text.split('\n').slice(0, 2)).toEqual(['discord.daily.post', 'Usage of 7 days, 2026-02-25 to 2026-03-03 (UTC)']);
    expect(blockOf(text, 'Errors')).toEqual([
      'Errors                         status  count',
      '  provider_timeout at alttpr  timeout    140'
    ]);
    expect(blockOf(text, 'Days').slice(0, 2)).toEqual([
      'Days          runs  successes  failures',
      '  2026-03-03    40         20        20'
    ]);
    expect(text).not.toContain('roll');
    expect(findOperation(report, 'discord.daily.nothing')).toBeUndefined();
  });

  test('says that only the bot knows what is unused, and lists it where it is known', () => {
    expect(blockOf(renderText(report), 'Unused')).toEqual(['Unused', '  Only the bot knows what it has: see /telemetry report.']);
    const piece = { surface: 'discord', feature: 'fun', operation: 'dice', piece: 'commands/dice' };
    expect(blockOf(renderText({ ...report, unused: [piece] }), 'Unused')).toEqual([
      'Unused              piece',
      '  fun dice  commands/dice'
    ]);
    expect(blockOf(renderText({ ...report, unused: [] }), 'Unused')).toEqual(['Unused', '  All that the bot has was used.']);
  });

  test('is painted as it is asked for, and aligned all the same', () => {
    const plain = renderText(report);
    const painted = renderText(report, { paint: (_, one) => styleText('bold', one, { validateStream: false }) });
    expect(stripVTControlCharacters(painted)).toBe(plain);
    const marked = renderText(report, { paint: (kind, one) => (kind === 'heading' ? one : `${kind}:${one}`) });
    expect(marked.match(/\w+:\+[\d.,]+%/g)).toEqual(['notable:+65.3%', 'notable:+189.8%', 'worse:+1,900%']);
  });
});
