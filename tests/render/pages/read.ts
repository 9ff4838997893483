import { expect } from '@jest/globals';
import type { Table } from './figures.ts';

/** A table as it was read, each cell as it stands there. */
export type ReadTable = Table<unknown>;

/** What a message says where a table has more rows than it has room for. */
const MORE = /^… and ([\d,]+) more$/;

/** The tables of a text for a terminal, by their titles. */
export function tablesInText(page: string): Record<string, ReadTable> {
  const blocks = page
    .trimEnd()
    .split('\n\n')
    .map((block) => block.split('\n'));
  return Object.fromEntries(
    blocks
      .filter(([head = '', first = '']) => / {2}\S/.test(head) && first.startsWith('  '))
      .map((lines) => {
        const title = (lines[0] ?? '').split(/ {2,}/)[0] ?? '';
        return [title, tableFrom(lines, title, (line) => (line.startsWith('    ') ? 1 : 0))];
      })
  );
}

/** The tables of a message, and of an embed whose fields stand below headings: each a code block below its title. */
export function tablesInMessage(page: string): Record<string, ReadTable & { readonly more: number }> {
  const found = page.matchAll(/### (.*)\n```\n([^`]*)```/g);
  return Object.fromEntries(
    [...found].map(([, title = '', block = '']) => {
      const lines = block.trimEnd().split('\n');
      const more = Number(MORE.exec(lines.at(-1) ?? '')?.[1]?.replaceAll(',', '') ?? 0);
      const table = tableFrom(more > 0 ? lines.slice(0, -1) : lines, '', (line) => (line.startsWith('· ') ? 1 : 0));
      return [title, { ...table, more }];
    })
  );
}

/** Every column but the first stands right, below the end of its header. */
function tableFrom([head = '', ...lines]: readonly string[], title: string, depthOf: (line: string) => 0 | 1): ReadTable {
  const headers = [...head.matchAll(/\S+(?: \S+)*/g)].slice(title === '' ? 0 : 1);
  const ends = headers.map(({ 0: header, index }) => index + header.length);
  const rows = lines.map((line) => {
    const [name, first] = split(line.slice(0, ends[0]));
    const others = ends.slice(1).map((end, at) => line.slice(ends[at], end).trim());
    return { depth: depthOf(line), name, cells: [first, ...others] };
  });
  return { columns: headers.map(([header]) => header), rows: grouped(rows) };
}

function split(start: string): [name: string, first: string] {
  const [, name = '', first = ''] = /^[ ·]*(\S+(?: \S+)*)(?: {2,}(\S.*))?\s*$/.exec(start) ?? [];
  return [name, first];
}

interface ReadRow {
  readonly depth: 0 | 1;
  readonly name: string;
  readonly cells: readonly unknown[];
}

function grouped(rows: readonly ReadRow[]): ReadTable['rows'] {
  let group = '';
  return Object.fromEntries(
    rows.map(({ depth, name, cells }) => {
      if (depth === 0) group = name;
      return [depth === 0 ? name : `${group} › ${name}`, cells];
    })
  );
}

/** The tables of a page of HTML. */
export function tablesInHtml(page: string): Record<string, ReadTable> {
  return Object.fromEntries(
    [...page.matchAll(/<caption><h2>(.*?)<\/h2>.*?<tr role="row">(.*?)<\/tr>.*?<tbody[^>]*>(.*?)<\/tbody>/gs)].map(
      ([, title = '', head = '', body = '']) => {
        const columns = [...head.matchAll(/<th[^>]*>(.*?)<\/th>/g)].map(([, header = '']) => plain(header)).slice(1);
        const rows = [...body.matchAll(/<tr role="row"( class="inner")?[^>]*><th[^>]*>(.*?)<\/th>(.*?)<\/tr>/gs)].map(
          ([, inner, name = '', cells = '']): ReadRow => ({
            depth: inner === undefined ? 0 : 1,
            name: plain(name),
            cells: [...cells.matchAll(/<td[^>]*>(.*?)<\/td>/gs)].map(([, cell = '']) => plain(cell).trim())
          })
        );
        return [plain(title), { columns, rows: grouped(rows) }];
      }
    )
  );
}

/** The cells of a CSV text by RFC 4180. */
export function parseCsv(text: string): string[][] {
  const rows: string[][] = [[]];
  for (const [, quoted, bare, end] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/g)) {
    rows.at(-1)?.push(quoted?.replaceAll('""', '"') ?? bare ?? '');
    if (end !== ',') rows.push([]);
  }
  expect(rows.pop()).toEqual([]);
  return rows;
}

/** Its rows, each by its headers. */
export function rowsOfCsv(text: string): Record<string, string>[] {
  const [header = [], ...others] = parseCsv(text);
  return others.map((row) => Object.fromEntries(header.map((name, at) => [name, row[at] ?? ''])));
}

function plain(html: string): string {
  return html
    .replaceAll(/<[^>]*>/g, '')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&amp;', '&');
}
