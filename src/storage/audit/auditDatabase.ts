import type { SqlEntityManager } from '@mikro-orm/sql';
import { addDays } from '../../events/day.ts';
import { allTables, migrationsTable } from '../../schema/dictionary.ts';
import type { Table } from '../../schema/field.ts';
import type { Audit } from '../../store/store.ts';
import type { Dialect, LiveTable } from '../dialect.ts';
import { auditRows, type AuditedRows } from './auditRows.ts';
import { compareColumns, compareTable } from './compareTable.ts';

/** How many days a row may be older than the retention: a purge runs once a day. */
const GRACE_DAYS = 1;

/** Compares a live database with the data dictionary: all that belongs to its tables, every row in them, and what stands beside them. */
export async function auditDatabase(em: SqlEntityManager, dialect: Dialect, today: string, retentionDays: number): Promise<Audit> {
  const checked: string[] = [];
  const findings: string[] = [];
  for (const table of Object.values<Table>(allTables)) {
    const described = await em.transactional((inside) => describe(inside, dialect, table), dialect.snapshot);
    const live = [...described.values()].filter((one) => one !== undefined);
    for (const [name, one] of described) {
      findings.push(
        ...(one === undefined ? [`${name} is missing: run sapphire-telemetry migrate`] : compareTable(table, name, one, dialect))
      );
    }
    if (live.length < described.size) continue;
    if (!live.every((one) => hasItsColumns(table, one, dialect))) {
      findings.push(`${table.name}: its rows can't be checked before its columns are right`);
      continue;
    }
    const rows = await auditRows(em, dialect, table);
    findings.push(...rows.findings, ...auditDays(table, rows, today, retentionDays));
    checked.push(`${table.name}: ${live[0]?.columns.length} columns, key, ${live[0]?.checks.size} constraints, ${rows.count} rows`);
  }
  findings.push(
    ...(await auditMigrations(em, dialect)),
    ...(await em.transactional((inside) => dialect.findStrangers(inside), dialect.snapshot))
  );
  return { checked, findings };
}

/** The tables in which a table is kept, by their names, as of one moment: between two statements another process may drop one. */
async function describe(em: SqlEntityManager, dialect: Dialect, table: Table): Promise<Map<string, LiveTable | undefined>> {
  const described = new Map<string, LiveTable | undefined>();
  for (const name of await dialect.namesOf(em, table)) described.set(name, await dialect.describeTable(em, name));
  return described;
}

function hasItsColumns({ fields }: Table, { columns }: LiveTable, { columnTypes }: Dialect): boolean {
  return Object.values(fields).every(({ column, type }) => columns.some((one) => one.name === column && one.type === columnTypes[type]));
}

function auditDays({ name }: Table, { oldestDay, newestDay }: AuditedRows, today: string, retentionDays: number): string[] {
  const findings: string[] = [];
  if (oldestDay !== undefined && oldestDay < addDays(today, -retentionDays - GRACE_DAYS))
    findings.push(`${name} holds days older than the retention: run sapphire-telemetry purge`);
  if (newestDay !== undefined && newestDay > addDays(today, 1)) findings.push(`${name} holds days that have not come yet`);
  return findings;
}

/** MikroORM makes this table in its own words, so that its columns alone are compared, and all that hangs on it. */
async function auditMigrations(em: SqlEntityManager, dialect: Dialect): Promise<string[]> {
  const { name, columns } = migrationsTable;
  const live = await dialect.describeTable(em, name);
  if (live === undefined) return [`${name} is missing: run sapphire-telemetry migrate`];
  return [...compareColumns(name, columns, live), ...live.oddities.map((oddity) => `${name} ${oddity}`)];
}
