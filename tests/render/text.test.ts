import { describe, expect, test } from '@jest/globals';
import { renderEmbed } from '../../src/render/embed.ts';
import { renderText } from '../../src/render/text.ts';
import type { UsageReport } from '../../src/reports/usageReport.ts';
import { aCount, HUGE, reportFrom, reportOf } from '../support/madeReports.ts';

function reportOfEnds(successes: number, failures: number): UsageReport {
  return reportFrom([
    aCount({ eventName: 'discord.generator.preset.success', count: successes }),
    aCount({ eventName: 'discord.generator.preset.failure', count: failures })
  ]);
}

describe('the text', () => {
  test('holds every name and number of the report, a line each', async () => {
    const report = reportOf(HUGE);
    const lines = renderText(report).split('\n');
    for (const { operation } of report.features) expect(lines.filter((line) => line.trim().startsWith(`${operation} `))).toHaveLength(1);
    for (const { errorType } of report.errors) expect(lines.filter((line) => line.trim().startsWith(`${errorType} `))).toHaveLength(1);
    for (const { day } of report.daily) expect(lines.filter((line) => line.startsWith(`  ${day} `))).toHaveLength(1);
    expect(lines[0]).toBe('Usage of 365 days, 2025-03-04 to 2026-03-03 (UTC)');
    expect(lines).toContain('  Lost: 123,456,789 events to a full queue, 0 refused by the database.');
  });

  test('tells a rate of 100 % only where nothing failed', () => {
    expect(renderText(reportOfEnds(99_999, 0))).toContain('100.0% succeeded');
    expect(renderText(reportOfEnds(99_999, 1))).toContain('99.9% succeeded');
  });

  test('and the embed tell of events that are dated later than today', () => {
    for (const [later, words] of [
      [1, '1 event more is dated later than today'],
      [800, '800 events more are dated later than today']
    ] as const) {
      const report = reportFrom([], { later });
      for (const rendering of [renderText(report), JSON.stringify(renderEmbed(report))]) expect(rendering).toContain(words);
    }
    expect(renderText(reportFrom([]))).not.toContain('later than today');
  });

  test('and the embed tell of losses on days of which nothing else was recorded', () => {
    const report = reportFrom([], { lost: 4321 });
    for (const rendering of [renderText(report), JSON.stringify(renderEmbed(report))]) expect(rendering).toContain('4,321');
  });
});
