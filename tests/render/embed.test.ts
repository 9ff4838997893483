import { describe, expect, test } from '@jest/globals';
import { EmbedBuilder, embedLength } from 'discord.js';
import { renderDigestEmbed, renderEmbed } from '../../src/render/embed.ts';
import type { UsageReport } from '../../src/reports/usageReport.ts';
import { HUGE, reportOf, TODAY } from '../support/madeReports.ts';
import { seededRandom } from '../support/randomEvents.ts';
import { fieldOf } from './fieldOf.ts';

/** Discord's own limits, as its library checks them, and the one of all texts together. */
function expectToFit(report: UsageReport): void {
  // As many listeners fail as there are error types.
  const listenerErrors = report.errors.map((error) => ({ ...error, listener: error.errorType }));
  const unused = report.features.map((one) => ({ ...one, piece: `commands/${one.operation}` }));
  for (const one of [
    renderEmbed({ ...report, listenerErrors }),
    renderDigestEmbed({ ...report, unused, previous: reportOf({ errors: 1 }) })
  ]) {
    const { title, description, color, fields } = one;
    const embed = new EmbedBuilder().setTitle(title).setDescription(description).setColor(color).addFields(fields).toJSON();
    expect(embedLength(embed)).toBeLessThanOrEqual(6000);
    expect(fields.map(({ value }) => value.split('```').length % 2)).toEqual(fields.map(() => 1));
  }
}

describe('the embed', () => {
  test('fits into what Discord takes, however much there is to tell', () => {
    expectToFit(reportOf(HUGE));
    const random = seededRandom(7);
    const upTo = (most: number): number => 1 + Math.floor(random() * most);
    for (let round = 0; round < 60; round += 1) {
      const length = upTo(64);
      const size = { operations: upTo(60), errors: upTo(100), providers: upTo(100), days: upTo(60), count: 10 ** upTo(12) };
      expectToFit(reportOf({ ...size, name: (kind, index) => `${index}${kind}`.padEnd(length, 'ж').slice(0, length) }));
    }
  });

  test('says how many lines it left out, and leaves out none that fit', () => {
    for (const days of [7, 30, 60, 365]) {
      const value = fieldOf(reportOf({ days }), 'Days');
      const shown = value.match(/^\d{4}-/gm)?.length ?? 0;
      expect(Number(/and (\d+) more/.exec(value)?.[1] ?? 0)).toBe(days - shown);
      expect(value).toContain(TODAY);
    }
    expect(fieldOf(reportOf({ days: 7 }), 'Days')).not.toContain('more');
    expect(fieldOf(reportOf(HUGE), 'Errors').length).toBeGreaterThan(900);
  });

  test('cuts a long name of any script between its characters', () => {
    for (const letter of ['x', 'ж', '𐐀']) {
      for (const start of ['', 'a']) {
        const text = JSON.stringify(renderEmbed(reportOf({ ...HUGE, name: () => `${start}${letter.repeat(40)}` })));
        expect(text).toContain('…');
        // A half of a character is written as an escape.
        expect(text).not.toMatch(/\\ud[89a-f]/);
      }
    }
  });
});
