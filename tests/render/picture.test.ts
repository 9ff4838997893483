import { describe, expect, test } from '@jest/globals';
import { overviewOf } from '../../src/render/overview.ts';
import { drawSvg, renderSvg } from '../../src/render/picture/picture.ts';
import { renderPng } from '../../src/render/picture/png.ts';
import { fitText, isInFont, widthOf } from '../../src/render/picture/textWidth.ts';
import type { UsageReport } from '../../src/reports/usageReport.ts';
import { reportFrom, reportOf } from '../support/madeReports.ts';
import { comparedReport, HARD_NAMES } from './lookedAt.ts';

/** Of a PNG, from its header. */
const sizeOf = (png: Uint8Array): { width: number; height: number } => {
  const bytes = Buffer.from(png);
  expect(bytes.subarray(1, 4).toString()).toBe('PNG');
  return { width: bytes.readUInt32BE(16), height: bytes.readUInt32BE(20) };
};

const named = (letter: string): UsageReport => comparedReport({ name: (_, index) => `${letter}${index}` });
const needsMoreFonts = (report: UsageReport): boolean => !isInFont(drawSvg(overviewOf(report, 6)));

describe('the picture', () => {
  test('is as wide as it is promised, whatever there is to show, and as high as that takes', async () => {
    const reports = [reportFrom([]), reportOf({ days: 1 }), comparedReport(), comparedReport({ days: 90 })];
    const sizes = await Promise.all(reports.map(async (report) => sizeOf(await renderPng(report))));
    expect(new Set(sizes.map(({ width }) => width))).toEqual(new Set([1080]));
    for (const { height } of sizes) expect(height).toBeGreaterThan(400);
    expect(sizes[0]?.height).toBeLessThan(sizes[2]?.height ?? 0);
  });

  test('shows the names, with the font that ships with the package', async () => {
    const pictures = await Promise.all([...'abжω'].map(async (letter) => Buffer.from(await renderPng(named(letter)))));
    expect(new Set(pictures.map((png) => png.toString('base64'))).size).toBe(4);
  });

  test("reads the machine's fonts, which takes longer than all the rest, only where a name needs them", () => {
    const needing = Object.entries(HARD_NAMES).filter(([, name]) => needsMoreFonts(comparedReport({ name })));
    expect(needing.map(([kind]) => kind)).toEqual(['in Japanese']);
    expect(needsMoreFonts(reportFrom([]))).toBe(false);
  });

  test('shows hostile names as they are, and nothing of them is markup', () => {
    const names = ['</text><script>alert(1)</script>', '"\'&<!--', ']]>&#x0;\0\u0007', '\uD800lone', 'two\nlines'];
    const svg = renderSvg(comparedReport({ name: (kind, index) => names[index % names.length] ?? kind }));
    expect(svg.match(/<(?!\/?(?:svg|g|text|rect|path|title|desc|style)\b)/g)).toBe(null);
    // Not what XML 1.0 can't hold, as it is or as an entity.
    expect(svg.slice(0, -1)).not.toMatch(/[\p{Cc}\p{Cs}]|&(?!(?:amp|lt|gt|quot|#39);)/u);
  });
});

describe('a text that is fitted', () => {
  test('is left alone where there is room, and else as long as there is room for, with an ellipsis', () => {
    const face = { size: 12 };
    for (const name of Object.values(HARD_NAMES)) {
      const text = name('operation', 3);
      const width = widthOf(text, face);
      expect(fitText(text, width, face)).toBe(text);
      for (const share of [0.9, 0.5, 0.1]) {
        const fitted = fitText(text, width * share, face);
        expect(widthOf(fitted, face)).toBeLessThanOrEqual(width * share);
        expect(fitted).toMatch(/…$/);
        const next = [...text][[...fitted].length - 1] ?? '';
        expect(widthOf(fitted + next, face)).toBeGreaterThan(width * share);
      }
    }
  });

  test('is in the font that ships where its letters are Latin, Greek or Cyrillic', () => {
    for (const text of ['generator_preset_09', 'ðþßœşţğıłżễ', 'ωμέγαϊ', 'жщёїєґўђѓ', '▲▼≥–…'])
      expect({ text, isIn: isInFont(text) }).toEqual({ text, isIn: true });
    for (const text of ['デ', '한', 'ש']) expect({ text, isIn: isInFont(text) }).toEqual({ text, isIn: false });
  });
});
