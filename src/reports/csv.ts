import type { UsageReport } from './usageReport.ts';

type Cell = string | number | null;

const HEADER = ['section', 'surface', 'name', 'status', 'invokes', 'successes', 'failures', 'success_rate', 'count', 'p50_ms', 'p95_ms'];

/**
 * The report as one CSV table (RFC 4180): a row for each operation, provider, error type and day, told apart by `section`. All but the
 * operations are of every surface, where none is named.
 */
export function renderCsv(report: UsageReport): string {
  const rows: Cell[][] = [
    HEADER,
    ...report.features.map((row) => [
      'operation',
      row.surface,
      `${row.feature}.${row.operation}`,
      null,
      row.invokes,
      row.successes,
      row.failures,
      row.successRate,
      null,
      row.p50Ms,
      row.p95Ms
    ]),
    ...report.providers.map((row) => [
      'provider',
      report.surface,
      row.provider,
      null,
      null,
      row.successes,
      row.failures,
      row.successRate,
      null,
      null,
      null
    ]),
    ...report.errors.map((row) => ['error', report.surface, row.errorType, row.status, null, null, null, null, row.count, null, null]),
    ...report.daily.map((row) => ['day', report.surface, row.day, null, null, row.successes, row.failures, null, row.events, null, null])
  ];
  return rows.map((row) => `${row.map(cell).join(',')}\r\n`).join('');
}

/** Names come from code and their patterns allow no sign that starts a formula; a cell that starts with one all the same is disarmed. */
function cell(value: Cell): string {
  if (value === null) return '';
  if (typeof value === 'number') return String(value);
  const text = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
