import { EntitySchema, type EntityProperty } from '@mikro-orm/core';
import { optOutTable, tables } from '../schema/dictionary.ts';
import type { Field, Table } from '../schema/field.ts';

/** The column type of each type of field, in one engine's words. */
export type ColumnTypes = Readonly<Record<Field['type'], string>>;

const PROPERTY_TYPES: Readonly<Record<Field['type'], string>> = {
  day: 'string',
  uuid: 'uuid',
  text: 'string',
  integer: 'integer',
  real: 'double'
};

/** The entities of the tables in the data dictionary. The names of those that have days end with `suffix`. */
export function entities(columnTypes: ColumnTypes, suffix: string): EntitySchema[] {
  return [
    ...Object.entries(tables).map(([name, table]) => entity(name, table, columnTypes, suffix)),
    entity('optOuts', optOutTable, columnTypes, '')
  ];
}

function entity(name: string, table: Table, columnTypes: ColumnTypes, suffix: string): EntitySchema {
  const fields = Object.entries(table.fields);
  return new EntitySchema<object>({
    name,
    tableName: `${table.name}${suffix}`,
    // The primary key takes the order of the properties, which is that of the key in the dictionary.
    properties: Object.fromEntries(fields.map(([key, field]) => [key, property(field, columnTypes, table.key.includes(key))])),
    checks: fields.flatMap(([, field]) => checkOf(table.name, field, columnTypes[field.type]) ?? [])
  });
}

function property(field: Field, columnTypes: ColumnTypes, primary: boolean): Partial<EntityProperty> {
  return {
    type: PROPERTY_TYPES[field.type] as never,
    fieldName: field.column,
    columnTypes: [columnTypes[field.type]],
    nullable: field.nullable,
    ...(primary && { primary })
  } as Partial<EntityProperty>;
}

/** A CHECK constraint of a column, as both engines understand it. */
export interface Check {
  readonly name: string;
  readonly expression: string;
}

const DAY_LENGTH = 10;
const UUID_LENGTH = 36;

/**
 * The constraint by which the database itself refuses a value that the data dictionary does not allow; `undefined` where the type of the
 * column says all: an engine that has no type for days and ids keeps them as `text`.
 */
export function checkOf(table: string, { column, type, values, range, maxLength }: Field, columnType: string): Check | undefined {
  const name = `${table}_${column}_check`;
  // SQLite takes a fifth of an insert's time to look three values up with `in`, and hardly any to compare them.
  if (values !== undefined) return { name, expression: values.map((value) => `${column} = '${value}'`).join(' or ') };
  // A rate of nothing is never stored, and would divide by zero.
  if (type === 'real') return { name, expression: `${column} > 0 and ${column} <= ${range?.[1] ?? 1}` };
  if (range !== undefined) return { name, expression: `${column} >= ${range[0]} and ${column} <= ${range[1]}` };
  if (columnType === 'text' && type === 'day') return { name, expression: `length(${column}) = ${DAY_LENGTH}` };
  if (columnType === 'text' && type === 'uuid') return { name, expression: `length(${column}) = ${UUID_LENGTH}` };
  if (maxLength !== undefined) return { name, expression: `length(${column}) <= ${maxLength}` };
  return undefined;
}
