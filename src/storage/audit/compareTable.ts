import type { Table } from '../../schema/field.ts';
import type { Dialect, LiveTable } from '../dialect.ts';
import { checkOf } from '../entities.ts';

/** Everything in which the table `name` is not as the migrations make `table`. */
export function compareTable(table: Table, name: string, live: LiveTable, dialect: Dialect): string[] {
  const { fields } = table;
  const findings = [
    ...compareColumns(
      name,
      Object.values(fields).map(({ column }) => column),
      live
    ),
    ...compareTypes(name, table, live, dialect),
    ...compareChecks(name, table, live, dialect),
    ...compareKey(name, table, live),
    ...live.oddities.map((oddity) => `${name} ${oddity}`)
  ];
  if (live.keepsOrder) findings.push(`${name} has a rowid, which keeps the order of its rows: it must be made WITHOUT ROWID`);
  if (!live.isStrict) findings.push(`${name} takes values of any type: it must be made STRICT`);
  const definition = dialect.definitionOf(table, name);
  if (findings.length === 0 && definition !== undefined && words(definition) !== words(live.definition ?? ''))
    findings.push(`${name} is defined in other words than its migration's`);
  return findings;
}

/** The columns that are too many or too few. */
export function compareColumns(name: string, expected: readonly string[], { columns }: LiveTable): string[] {
  const live = columns.map((column) => column.name);
  return [
    ...live
      .filter((column) => !expected.includes(column))
      .map((column) => `${name} has a column that the data dictionary does not know: ${column}`),
    ...expected.filter((column) => !live.includes(column)).map((column) => `${name} lacks the column ${column}`)
  ];
}

function compareTypes(name: string, { fields }: Table, { columns }: LiveTable, { columnTypes }: Dialect): string[] {
  return Object.values(fields).flatMap(({ column, type, nullable }) => {
    const live = columns.find((one) => one.name === column);
    if (live === undefined) return [];
    const place = `${name}.${column}`;
    return [
      ...(live.type === columnTypes[type] ? [] : [`${place} is of type ${live.type} instead of ${columnTypes[type]}`]),
      ...(live.nullable === nullable ? [] : [`${place} ${live.nullable ? 'may' : 'may not'} be empty`]),
      ...(live.fillsItself ? [`${place} is filled by the database itself, by a default or an expression`] : [])
    ];
  });
}

function compareChecks(name: string, table: Table, live: LiveTable, { columnTypes }: Dialect): string[] {
  const expected = Object.values(table.fields).flatMap((field) => {
    const check = checkOf(table.name, field, columnTypes[field.type]);
    return check === undefined ? [] : [{ ...check, column: field.column }];
  });
  return [
    ...expected
      .filter((check) => canonical(live.checks.get(check.name) ?? '') !== canonical(check.expression))
      .filter(({ column }) => live.columns.some((one) => one.name === column))
      .map((check) => `${name}.${check.column} lacks its constraint ${check.name}`),
    ...[...live.checks.keys()]
      .filter((check) => !expected.some((one) => one.name === check))
      .map((check) => `${name} has a constraint that nobody asked for: ${check}`)
  ];
}

function compareKey(name: string, { key, fields }: Table, live: LiveTable): string[] {
  const expected = key.map((property) => fields[property]?.column ?? property);
  return live.key.join() === expected.join() ? [] : [`${name} has the key (${live.key.join(', ')}) instead of (${expected.join(', ')})`];
}

/** The same expression in the words of either engine: PostgreSQL adds types and brackets. */
function canonical(expression: string): string {
  return expression
    .replaceAll(/::(?:double precision|\w+)/g, '')
    .replaceAll(/\bAND\b/g, 'and')
    .replaceAll(/\bOR\b/g, 'or')
    .replaceAll(/\bCHECK\b|[()\s]/g, '');
}

/** A definition without what does not matter: blanks, quotes around names, and the case of its first words. */
function words(definition: string): string {
  return definition.replace(/^create table/i, '').replaceAll(/["`\s]/g, '');
}
