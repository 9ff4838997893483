import { beforeAll, describe, expect, test } from '@jest/globals';
import { FONT, fontStyle } from '../../src/render/picture/font.ts';
import { REGULAR } from '../../src/render/picture/fontWidths.ts';
import { renderSvg } from '../../src/render/picture/picture.ts';
import { widthOf } from '../../src/render/picture/textWidth.ts';
import { escape } from '../../src/render/markup.ts';
import { renderHtml } from '../../src/render/html/page.ts';
import { sectionsOf } from '../../src/render/sections.ts';
import type { UsageReport } from '../../src/reports/usageReport.ts';
import { Chromium, hasChromium } from '../support/chromium.ts';
import { HUGE, reportFrom, reportOf } from '../support/madeReports.ts';
import { comparedReport, HARD_NAMES } from './lookedAt.ts';

if (!hasChromium())
  process.stderr.write('SKIPPED: the tests of the page and the picture in a browser, since this machine has no chromium\n');

/** A phone, a tablet just wide enough for tables, and a desk. */
const WIDTHS = [360, 840, 1280];
const REPORTS: Readonly<Record<string, UsageReport>> = {
  'of no data': reportFrom([]),
  'of one day': comparedReport({ days: 1 }),
  'of 90 days': comparedReport({ days: 90 }),
  'of huge numbers': reportOf({ ...HUGE, operations: 12, errors: 5, providers: 5, days: 30 }),
  ...Object.fromEntries(Object.entries(HARD_NAMES).map(([kind, name]) => [`with names ${kind}`, comparedReport({ name })]))
};

/** Every line of text that is seen, and where: what stands for a blind reader, or is cut off by its own small window, is not. */
const SEEN = `[...function* () {
  const walker = document.createTreeWalker(document.documentElement, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
    if (node.data.trim() === '' || node.parentElement.closest('title, desc, style, svg svg') !== null) continue;
    const head = node.parentElement.closest('thead');
    if (head !== null && getComputedStyle(head).clipPath !== 'none') continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    for (const { left, right, top, bottom } of range.getClientRects()) yield { text: node.data, left, right, top, bottom };
  }
}()]`;

/** Pairs of lines that cover each other. The height of a line is more than that of its letters. */
const OVERLAPS = `(() => {
  const lines = ${SEEN}.map((line) => ({ ...line, top: line.top + (line.bottom - line.top) * 0.2, bottom: line.bottom - (line.bottom - line.top) * 0.2 }));
  return lines.flatMap((one, index) =>
    lines.slice(index + 1)
      .filter((two) => one.left < two.right - 0.5 && two.left < one.right - 0.5 && one.top < two.bottom && two.top < one.bottom)
      .map((two) => one.text + ' | ' + two.text)
  );
})()`;

/** What leads out of the window, and by how far it can be scrolled to the side. */
const OUTSIDE = `({
  lines: ${SEEN}.filter(({ left, right }) => left < 0 || right > innerWidth).map(({ text }) => text),
  scroll: document.documentElement.scrollWidth - innerWidth
})`;

/** The headline figures and every table, as they are read out. */
const TOLD = `({
  cards: [...document.querySelectorAll('.cards > div')].map((card) => [card.querySelector('dt').textContent, card.querySelector('.value').textContent]),
  tables: [...document.querySelectorAll('table')].map((table) => ({
    title: table.caption.textContent,
    head: [...table.tHead.rows[0].cells].map((cell) => cell.textContent),
    rows: [...table.tBodies[0].rows].map((row) => [...row.cells].map((cell) => cell.textContent.trim()))
  })),
  scripts: document.querySelectorAll('script, img, iframe, link').length,
  headings: [...document.querySelectorAll('h1, h2')].map((heading) => heading.tagName)
})`;

const percent = (share: number | null): string => `${(Math.floor((share ?? 0) * 1000) / 10).toFixed(1)}%`;
const numberOf = (text = ''): number => Number(text.replaceAll(',', ''));

interface Told {
  readonly cards: readonly [string, string][];
  readonly tables: readonly { readonly title: string; readonly head: readonly string[]; readonly rows: readonly (readonly string[])[] }[];
  readonly scripts: number;
  readonly headings: readonly string[];
}

(hasChromium() ? describe : describe.skip)('in a browser', () => {
  let chromium: Chromium;
  beforeAll(async () => {
    chromium = await Chromium.start();
  });

  test.each(Object.keys(REPORTS))(
    'on the page of a report %s nothing overlaps or is out of sight, on a phone, a tablet and a desk',
    async (kind) => {
      const report = REPORTS[kind] as UsageReport;
      for (const wanted of [{}, { withPrevious: true }, { operation: report.features[0] }]) {
        const page = renderHtml(report, wanted);
        for (const width of WIDTHS) {
          const seen = {
            width,
            overlaps: await chromium.ask(page, OVERLAPS, { width }),
            outside: await chromium.ask(page, OUTSIDE, { width })
          };
          expect(seen).toEqual({ width, overlaps: [], outside: { lines: [], scroll: 0 } });
        }
      }
    }
  );

  test.each(Object.keys(REPORTS))('in the picture of a report %s no text overlaps another or is cut off', async (kind) => {
    const svg = renderSvg(REPORTS[kind] as UsageReport);
    expect(await chromium.ask(svg, OVERLAPS, { ending: 'svg', width: 720 })).toEqual([]);
    expect(await chromium.ask(svg, OUTSIDE, { ending: 'svg', width: 720 })).toMatchObject({ lines: [] });
  });

  test('every character of the font is as wide as it was measured', async () => {
    const characters = REGULAR.flatMap(([first, widths]) => widths.map((_, index) => String.fromCodePoint(first + index)));
    const texts = characters.map((one) => `<text font-size="100" xml:space="preserve">${escape(`|${one}|`)}</text>`);
    const svg = `<svg xmlns="http://www.w3.org/2000/svg" font-family="${FONT}">${fontStyle()}${texts.join('')}</svg>`;
    const seen = await chromium.ask<number[]>(svg, `[...document.querySelectorAll('text')].map((text) => text.getComputedTextLength())`, {
      ending: 'svg',
      width: 720
    });
    const wrong = characters.filter((one, index) => Math.abs((seen[index] ?? 0) - widthOf(`|${one}|`, { size: 100 })) > 0.3);
    expect(wrong).toEqual([]);
  });

  test('the figures of the page are those of the report, and every name is as it is', async () => {
    const hostile = ['<b>bold</b>', '"quoted"', "it's & more", '</table><script>alert(1)</script>'];
    const report = comparedReport({ name: (kind, index) => hostile[index] ?? `${kind}_${index}` });
    const { cards, tables, scripts, headings } = await chromium.ask<Told>(renderHtml(report), TOLD, { width: 1280 });
    expect(scripts).toBe(0);
    expect(headings).toEqual(['H1', ...headings.slice(1).map(() => 'H2')]);
    expect(Object.fromEntries(cards)).toMatchObject({ Runs: report.invokes.toLocaleString('en-US'), '95% took less than': '2.1 s' });
    const rowsOf = (title: string): Record<string, string>[] => {
      const table = tables.find((one) => one.title === title);
      return (table?.rows ?? []).map((row) => Object.fromEntries(row.map((cell, at) => [table?.head[at] ?? at, cell])));
    };
    const operations = rowsOf('Features').filter(({ p50 }) => p50 !== '');
    expect(operations.map((row) => `${row['operation']} ${numberOf(row['runs'])} ${row['success']}`).toSorted()).toEqual(
      report.features.map(({ operation, invokes, successRate }) => `${operation} ${invokes} ${percent(successRate)}`).toSorted()
    );
    expect(rowsOf('Periods').map((row) => numberOf(row['runs']))).toEqual([
      report.invokes,
      report.previous?.invokes,
      report.today?.invokes
    ]);
    // Every table that a text has, and all of its rows.
    expect(tables.slice(1).map(({ title, rows }) => [title, rows.length])).toEqual(
      sectionsOf(report)
        .filter(({ rows }) => rows.length > 0)
        .map(({ title, rows }) => [title, rows.length])
    );
    const most = report.features.slice(0, 10);
    expect(rowsOf('Most used').map((row) => [row['operation'], numberOf(row['runs'])])).toEqual(
      most.map(({ surface, feature, operation, invokes }) => [
        `${surface === 'discord' ? '' : `${surface} `}${feature} ${operation}`,
        invokes
      ])
    );
    expect(rowsOf('Days').map((row) => [row['day'], numberOf(row['events']), numberOf(row['failures'])])).toEqual(
      report.daily.map(({ day, events, failures }) => [day, events, failures])
    );
    expect(rowsOf('Errors').map((row) => [row['error'], numberOf(row['count'])])).toEqual(
      report.errors.map(({ errorType, count }) => [errorType, count])
    );
    expect(rowsOf('Providers').map((row) => [row['provider'], numberOf(row['failed'])])).toEqual(
      report.providers.map(({ provider, failures }) => [provider, failures])
    );
  });

  test('the page is light or dark as its reader has it', async () => {
    const page = renderHtml(comparedReport());
    const ground = (scheme: 'light' | 'dark'): Promise<string> =>
      chromium.ask(page, 'getComputedStyle(document.body).backgroundColor', { width: 1280, scheme });
    expect([await ground('light'), await ground('dark')]).toEqual(['rgb(244, 245, 248)', 'rgb(18, 20, 25)']);
  });
});
