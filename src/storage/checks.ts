import type { Field } from '../schema/field.ts';

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
  if (values !== undefined) return { name, expression: `${column} in (${values.map((value) => `'${value}'`).join(', ')})` };
  // A rate of nothing is never stored, and would divide by zero.
  if (type === 'real') return { name, expression: `${column} > 0 and ${column} <= ${range?.[1] ?? 1}` };
  if (range !== undefined) return { name, expression: `${column} >= ${range[0]} and ${column} <= ${range[1]}` };
  if (columnType === 'text' && type === 'day') return { name, expression: `length(${column}) = ${DAY_LENGTH}` };
  if (columnType === 'text' && type === 'uuid') return { name, expression: `length(${column}) = ${UUID_LENGTH}` };
  if (maxLength !== undefined) return { name, expression: `length(${column}) <= ${maxLength}` };
  return undefined;
}
