import type { UsageReport } from '../reports/usageReport.ts';
import { sectionsOf, type Row, type Values, type Wanted } from './sections.ts';

type Fact = NonNullable<Row['fact']>;
type Cell = string | number | boolean | null | undefined;

/** The columns after `section`, `surface` and `name`: a new one is added at the end, and none is taken away. */
const COLUMNS: readonly (readonly [header: string, valueOf: (values: Values) => Cell])[] = [
  ['status', ({ status }) => status],
  ['invokes', ({ invokes }) => invokes],
  ['successes', ({ successes }) => successes],
  ['failures', ({ failures }) => failures],
  ['success_rate', ({ successRate }) => successRate],
  ['count', ({ count }) => count],
  ['p50_ms', ({ p50Ms }) => p50Ms],
  ['p95_ms', ({ p95Ms }) => p95Ms],
  ['slow_share', ({ slowShare }) => slowShare],
  ['invokes_change', ({ change }) => change?.ratio],
  ['invokes_change_notable', ({ change }) => change?.isNotable],
  ['failure_rate_change', ({ failureChange }) => failureChange?.ratio],
  ['failure_rate_change_notable', ({ failureChange }) => failureChange?.isNotable],
  ['runs', ({ runs }) => runs],
  ['previous_invokes', ({ previousInvokes }) => previousInvokes],
  ['previous_success_rate', ({ previousRate }) => previousRate],
  ['previous_p95_ms', ({ previousP95Ms }) => previousP95Ms],
  ['guilds', ({ guilds }) => guilds],
  ['previous_guilds', ({ previousGuilds }) => previousGuilds]
];

/** The numbers that say what is missing. */
const QUALITY = ['dropped', 'refused', 'unwritten', 'future', 'unfinished', 'notKept'] as const;

/**
 * The report as one CSV table (RFC 4180): a row for each operation, provider, error type and day, and for each count of the quality of the data,
 * told apart by `section`. All but the operations are of every surface, where none is named. The period before is always beside it.
 */
export function renderCsv(report: UsageReport, { operation }: Pick<Wanted, 'operation'> = {}): string {
  const rows: Cell[][] = [
    ['section', 'surface', 'name', ...COLUMNS.map(([header]) => header)],
    ...sectionsOf(report, { operation }).flatMap(({ one, rows: facts }) =>
      facts.flatMap(({ fact, values }) => (fact === undefined ? [] : [row(one, fact, values)]))
    ),
    ...QUALITY.map((name) => row('quality', { surface: report.surface, name }, { count: report.quality[name] }))
  ];
  return rows.map((cells) => `${cells.map(cell).join(',')}\r\n`).join('');
}

function row(section: string, { surface, name }: Fact, values: Values): Cell[] {
  return [section, surface, name, ...COLUMNS.map(([, valueOf]) => valueOf(values))];
}

/** Names come from code and their patterns allow no sign that starts a formula; a cell that starts with one all the same is disarmed. */
function cell(value: Cell): string {
  if (value === null || value === undefined) return '';
  if (typeof value !== 'string') return String(value);
  const text = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
