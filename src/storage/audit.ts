import type { SqlEntityManager } from '@mikro-orm/sql';
import { sql } from 'kysely';
import { addDays } from '../events/day.ts';
import { tables } from '../schema/dictionary.ts';
import type { Field, Table } from '../schema/field.ts';
import type { Audit } from '../store/store.ts';
import type { Dialect, LiveTable } from './dialect.ts';
import { checkOf } from './entities.ts';
import { run } from './queries/tables.ts';

/** How many days a row may be older than the retention: a purge runs once a day. */
const GRACE_DAYS = 1;

/** Compares a live database with the data dictionary: its tables, and every value in them. */
export async function auditDatabase(em: SqlEntityManager, dialect: Dialect, today: string, retentionDays: number): Promise<Audit> {
  const checked: string[] = [];
  const findings: string[] = [];
  for (const table of Object.values<Table>(tables)) {
    const live = await dialect.describeTable(em, table.name);
    if (live === undefined) {
      findings.push(`${table.name} is missing: run sapphire-telemetry migrate`);
      continue;
    }
    findings.push(...compareTable(table, live, dialect));
    findings.push(...(await auditDays(em, table, today, retentionDays)));
    for (const field of Object.values(table.fields)) findings.push(...(await auditValues(em, table, field, live)));
    checked.push(`${table.name}: ${Object.keys(table.fields).length} columns, key, ${live.checks.size} constraints, days, every text`);
  }
  return { checked, findings };
}

function compareTable({ name, key, fields }: Table, live: LiveTable, { columnTypes }: Dialect): string[] {
  const findings: string[] = [];
  const expected = new Map(Object.values(fields).map((field) => [field.column, field]));
  for (const { name: column, type, nullable } of live.columns) {
    const field = expected.get(column);
    if (field === undefined) {
      findings.push(`${name} has a column that the data dictionary does not know: ${column}`);
      continue;
    }
    if (type !== columnTypes[field.type]) findings.push(`${name}.${column} is of type ${type} instead of ${columnTypes[field.type]}`);
    if (nullable !== field.nullable) findings.push(`${name}.${column} ${nullable ? 'may' : 'may not'} be empty`);
    const check = checkOf(name, field, columnTypes[field.type]);
    const liveCheck = check && live.checks.get(check.name);
    if (check !== undefined && (liveCheck === undefined || canonical(liveCheck) !== canonical(check.expression))) {
      findings.push(`${name}.${column} lacks its constraint ${check.name}`);
    }
  }
  for (const column of expected.keys()) {
    if (!live.columns.some(({ name: liveName }) => liveName === column)) findings.push(`${name} lacks the column ${column}`);
  }
  const keyColumns = key.map((property) => fields[property]?.column ?? property);
  if (live.key.join() !== keyColumns.join())
    findings.push(`${name} has the key (${live.key.join(', ')}) instead of (${keyColumns.join(', ')})`);
  for (const index of live.indexes) findings.push(`${name} has an index that nobody asked for: ${index}`);
  return findings;
}

/** The same expression in the words of either engine: PostgreSQL adds types and brackets, and writes `in` as `= any`. */
function canonical(expression: string): string {
  return expression
    .toLowerCase()
    .replaceAll(/::(?:double precision|\w+)/g, '')
    .replaceAll('= any', 'in')
    .replaceAll(/\bcheck\b|\barray\b|[()[\]\s]/g, '');
}

async function auditDays(em: SqlEntityManager, { name }: Table, today: string, retentionDays: number): Promise<string[]> {
  const [row] = await run<{ oldest: string | null; newest: string | null }>(
    em,
    sql`select cast(min(day_bucket) as text) as oldest, cast(max(day_bucket) as text) as newest from ${sql.table(name)}`
  );
  const findings: string[] = [];
  if (row?.oldest && row.oldest < addDays(today, -retentionDays - GRACE_DAYS))
    findings.push(`${name} holds days older than the retention: run sapphire-telemetry purge`);
  if (row?.newest && row.newest > addDays(today, 1)) findings.push(`${name} holds days that have not come yet`);
  return findings;
}

/** Checks every different text of a column against its closed list or pattern. Numbers are held by their constraints. */
async function auditValues(em: SqlEntityManager, { name, key, fields }: Table, field: Field, live: LiveTable): Promise<string[]> {
  const { column, values, pattern } = field;
  const isThere = live.columns.some((one) => one.name === column);
  if (!isThere || (values === undefined && pattern === undefined)) return [];
  // In a key an empty text stands for none.
  const mayBeEmpty = field.type === 'text' && key.some((property) => fields[property]?.column === column) && column !== 'event_name';
  const rows = await run<{ value: string | null }>(
    em,
    sql`select distinct cast(${sql.ref(column)} as text) as value from ${sql.table(name)}`
  );
  const wrong = rows.filter(({ value }) => {
    if (value === null || (value === '' && mayBeEmpty)) return false;
    return values === undefined ? !pattern?.test(value) : !values.includes(value);
  });
  return wrong.length === 0 ? [] : [`${name}.${column} holds ${wrong.length} different texts that do not fit it`];
}
