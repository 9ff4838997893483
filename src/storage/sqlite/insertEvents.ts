import type { SqlEntityManager } from '@mikro-orm/sql';
import { CompiledQuery } from 'kysely';
import { eventFields, type TelemetryEvent } from '../../schema/eventFields.ts';
import type { Field } from '../../schema/field.ts';

const FIELDS: readonly (readonly [keyof TelemetryEvent, Field])[] = Object.entries(eventFields) as never;

const COLUMNS = FIELDS.map(([, field]) => field.column).join(', ');
/** Each value is bound: that costs half of what one JSON text of all rows does. */
const ROW = `(${FIELDS.map(() => '?').join(', ')})`;

/**
 * Writes these events to `table` by one statement, leaving out those that are there already. The table has them in the order of its key, however
 * they come.
 */
export async function insertEvents(em: SqlEntityManager, table: string, events: readonly TelemetryEvent[]): Promise<void> {
  const text = `insert into ${table} (${COLUMNS}) values ${events.map(() => ROW).join(', ')} on conflict do nothing`;
  const values = events.flatMap((event) => FIELDS.map(([key]) => event[key]));
  await em.getKysely().executeQuery(CompiledQuery.raw(text, values));
}
