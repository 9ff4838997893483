import type { UsageReport } from '../reports/usageReport.ts';
import { sectionsOf, type Values } from './sections.ts';

type Cell = string | number | null | undefined;

/** The columns after `section`, `surface` and `name`. */
const COLUMNS = [
  ['status', 'status'],
  ['invokes', 'invokes'],
  ['successes', 'successes'],
  ['failures', 'failures'],
  ['success_rate', 'successRate'],
  ['count', 'count'],
  ['p50_ms', 'p50Ms'],
  ['p95_ms', 'p95Ms']
] as const satisfies readonly (readonly [header: string, key: keyof Values])[];

/** The numbers that say what is missing. */
const QUALITY = ['dropped', 'refused', 'unwritten', 'future', 'unfinished', 'notKept'] as const;

/**
 * The report as one CSV table (RFC 4180): a row for each operation, provider, error type and day, and for each count of the quality of the data,
 * told apart by `section`. All but the operations are of every surface, where none is named.
 */
export function renderCsv(report: UsageReport): string {
  const rows: Cell[][] = [
    ['section', 'surface', 'name', ...COLUMNS.map(([header]) => header)],
    ...sectionsOf(report).flatMap(({ one, rows: facts }) =>
      facts.flatMap(({ fact, values }) =>
        fact === undefined ? [] : [[one, fact.surface, fact.name, ...COLUMNS.map(([, key]) => values[key])]]
      )
    ),
    ...QUALITY.map((name) => [
      'quality',
      report.surface,
      name,
      ...COLUMNS.map(([, key]) => (key === 'count' ? report.quality[name] : null))
    ])
  ];
  return rows.map((row) => `${row.map(cell).join(',')}\r\n`).join('');
}

/** Names come from code and their patterns allow no sign that starts a formula; a cell that starts with one all the same is disarmed. */
function cell(value: Cell): string {
  if (value === null || value === undefined) return '';
  if (typeof value === 'number') return String(value);
  const text = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
