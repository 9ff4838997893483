import { sql, type RawBuilder } from 'kysely';
import type { Surface } from '../../schema/closedLists.ts';
import type { Span } from '../../store/store.ts';

/** The number of the span that a day is in; -1 where it is in none. */
export function spanOf(spans: readonly Span[], day: string): number {
  return spans.findIndex(({ from, to }) => day >= from && day <= to);
}

/** Of rows of days in `spans`: the number of the span. */
export function spanNumber(spans: readonly Span[]): RawBuilder<unknown> {
  const whens = spans.map(({ to }, span) => sql`when day_bucket <= ${to} then ${sql.lit(span)}`);
  return sql`case ${sql.join(whens, sql` `)} end`;
}

export function onSurface(surface: Surface | undefined): RawBuilder<unknown> {
  return surface === undefined ? sql`` : sql`and surface = ${surface}`;
}
