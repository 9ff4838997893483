import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { alignColumns, clip } from '../../src/render/columns.ts';
import { renderEmbed } from '../../src/render/embed.ts';
import { renderText } from '../../src/render/text.ts';
import { aCount, reportFrom } from '../support/madeReports.ts';

/** What a reader sees as one character, and how many cells of a terminal it takes, by Unicode's East Asian Width and its emoji. */
const CELLS: Readonly<Record<string, number>> = {
  a: 1,
  ж: 1,
  ש: 1,
  デ: 2,
  イ: 2,
  リ: 2,
  ー: 2,
  한: 2,
  '🎲': 2,
  '🇯🇵': 2,
  '👩‍🌾': 2,
  // A heart and the sign that makes it an emoji: without that it takes one cell.
  '\u2764\uFE0F': 2,
  // With combining marks, which take no cell of their own.
  'e\u0301': 1,
  'ש\u05C1\u05B8': 1,
  'น\u0E35\u0E49': 1
};
const CHARACTERS = Object.keys(CELLS);
const ELLIPSIS_CELLS = 1;

const cellsOf = (characters: readonly string[]): number => characters.reduce((sum, character) => sum + (CELLS[character] ?? Number.NaN), 0);

/** The cell in which the first number of a line begins. What is not in the table above takes one cell. */
function cellOfNumber(line: string): number {
  const before = [...new Intl.Segmenter().segment(line.slice(0, line.search(/\d/)))];
  return before.reduce((sum, { segment }) => sum + (CELLS[segment] ?? 1), 0);
}

describe('the columns of a table', () => {
  test('stand under each other in the text and the embed, whatever the script of the names', () => {
    for (const one of CHARACTERS) {
      // The last is too long for an embed, which shows the beginning.
      const names = ['seed', 'デイリー', one, one.repeat(9), `a${one.repeat(39)}`];
      const report = reportFrom(
        names.map((name) =>
          aCount({ eventName: `discord.${name}.${name}.failure`, provider: name, status: 'error', errorType: name, count: 7 })
        )
      );
      const [features, providers, errors] = renderEmbed(report).fields.map(({ value }) => value);
      const shown = renderText(report)
        .split('\n\n')
        .filter((block) => /^(?:Features|Failures|Providers|Errors)/.test(block));
      expect(shown).toHaveLength(4);
      for (const table of [...shown, features, providers, errors]) {
        const rows = table?.split('\n').filter((line) => /\b\d/.test(line) && !line.endsWith('over 3 s')) ?? [];
        // In the table of features each name stands twice, as a feature and as its operation.
        expect([5, 10]).toContain(rows.length);
        expect({ table, columns: new Set(rows.map(cellOfNumber)).size }).toEqual({ table, columns: 1 });
      }
    }
  });

  test('are as wide as their widest cell: the first stands left, the others right', () => {
    expect(
      alignColumns([
        ['', 'runs', 'p50'],
        ['デイリー', '7', '1 ms'],
        ['seed', '12,345', '']
      ])
    ).toEqual(['            runs   p50', 'デイリー       7  1 ms', 'seed      12,345']);
  });
});

describe('a name that is clipped', () => {
  test('keeps as many whole characters as its width has cells for, and is left alone where it fits', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...CHARACTERS), { maxLength: 20 }), fc.integer({ min: 1, max: 30 }), (characters, width) => {
        const fits = (count: number): boolean => cellsOf(characters.slice(0, count)) + ELLIPSIS_CELLS <= width;
        const kept = characters.findLastIndex((_, index) => fits(index + 1)) + 1;
        const clipped = `${characters.slice(0, kept).join('')}…`;
        expect(clip(characters.join(''), width)).toBe(cellsOf(characters) <= width ? characters.join('') : clipped);
      }),
      { numRuns: 500 }
    );
  });

  test('is cut by the cells that it takes, not by its letters', () => {
    expect([8, 7, 6, 1].map((width) => clip('デイリー', width))).toEqual(['デイリー', 'デイリ…', 'デイ…', '…']);
  });
});
