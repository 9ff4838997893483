import { EntitySchema, type EntityProperty } from '@mikro-orm/core';
import { tables, type Field, type Table } from '../events/dictionary.ts';
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

/** The entities of the tables in the data dictionary: the event and the count of lost ones. */
export function entities(columnTypes: ColumnTypes): EntitySchema[] {
  return [entity('TelemetryEvent', tables.events, columnTypes), entity('TelemetryLoss', tables.losses, columnTypes)];
}

function entity(name: string, table: Table, columnTypes: ColumnTypes): EntitySchema {
  const fields = Object.entries(table.fields);
  return new EntitySchema<object>({
    name,
    tableName: table.name,
    // The key follows the order of the properties: the day, then the id.
    properties: Object.fromEntries(fields.map(([key, field]) => [key, property(field, columnTypes)])),
    checks: fields.flatMap(([, field]) => checkOf(table.name, field, columnTypes[field.type]) ?? [])
  });
}

function property(field: Field, columnTypes: ColumnTypes): Partial<EntityProperty> {
  const primary = field.type === 'day' || field.type === 'uuid';
  return {
    type: PROPERTY_TYPES[field.type] as never,
    fieldName: field.column,
    columnTypes: [columnTypes[field.type]],
    nullable: field.nullable,
    ...(primary && { primary })
  } as Partial<EntityProperty>;
}
