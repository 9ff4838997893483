import { EntitySchema, type EntityProperty } from '@mikro-orm/core';
import { tables } from '../schema/dictionary.ts';
import type { Field, Table } from '../schema/field.ts';
import { checkOf } from './checks.ts';

/** The column type of each type of field, in one engine's words. */
export type ColumnTypes = Readonly<Record<Field['type'], string>>;

const PROPERTY_TYPES: Readonly<Record<Field['type'], string>> = {
  day: 'string',
  uuid: 'uuid',
  text: 'string',
  integer: 'integer',
  real: 'double'
};

/** The entities of the tables in the data dictionary. */
export function entities(columnTypes: ColumnTypes): EntitySchema[] {
  return Object.entries(tables).map(([name, table]) => entity(name, table, columnTypes));
}

function entity(name: string, table: Table, columnTypes: ColumnTypes): EntitySchema {
  const fields = Object.entries(table.fields);
  return new EntitySchema<object>({
    name,
    tableName: table.name,
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
