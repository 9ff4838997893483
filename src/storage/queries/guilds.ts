import type { SqlEntityManager } from '@mikro-orm/sql';
import { sql } from 'kysely';
import { tables } from '../../schema/dictionary.ts';
import type { FeatureGuilds, SpanUsage, UsageRange } from '../../store/store.ts';
import type { Dialect } from '../dialect.ts';
import { rowsOf } from './rowsOf.ts';
import { onSurface, spanNumber } from './spans.ts';
import { run } from './tables.ts';

/** Days whose guilds are counted: those that are rolled up, and those whose events are read. */
interface GuildRange extends UsageRange {
  readonly closed: readonly string[];
  readonly open: readonly string[];
}

type Row = FeatureGuilds & { readonly span: number };

/** Counts the guilds of each span, in all and by feature. The database counts them: their hashes are many, and stay there. */
export async function readGuilds(
  em: SqlEntityManager,
  dialect: Dialect,
  { closed, open, spans, surface }: GuildRange
): Promise<Omit<SpanUsage, 'durations'>[]> {
  const columns = sql`${spanNumber(spans)} as span, surface, feature, guild_hash`;
  // Each made distinct by itself, which leaves few: of them all at once PostgreSQL expects so many that it would sort them.
  const parts = [
    ...(closed.length === 0
      ? []
      : [
          sql`select distinct ${columns} from ${dialect.tables.dailyGuilds} where day_bucket in (${sql.join(closed)}) ${onSurface(surface)}`
        ]),
    ...(await Promise.all(open.map((day) => rowsOf(em, dialect, tables.events, day)))).map(
      (events) => sql`select distinct ${columns} from ${events} where guild_hash is not null ${onSurface(surface)}`
    )
  ];
  if (parts.length === 0) return spans.map(() => ({ guilds: 0, features: [] }));
  const rows = await run<Row | { readonly span: number; readonly feature: null; readonly guilds: number }>(
    em,
    sql`with seen as (select distinct span, surface, feature, guild_hash from (${sql.join(parts, sql` union all `)}) as part)
      select span, surface, feature, count(*) as guilds from seen group by 1, 2, 3
      union all
      select span, null, null, count(*) from (select distinct span, guild_hash from seen) as guild group by 1`
  );
  return spans.map((_, span) => {
    const ofSpan = rows.filter((row) => Number(row.span) === span);
    const features = ofSpan.flatMap((row) =>
      row.feature === null ? [] : [{ surface: row.surface, feature: row.feature, guilds: Number(row.guilds) }]
    );
    return { guilds: Number(ofSpan.find(({ feature }) => feature === null)?.guilds ?? 0), features };
  });
}
