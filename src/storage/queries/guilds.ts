import type { SqlEntityManager } from '@mikro-orm/sql';
import { sql } from 'kysely';
import { tables } from '../../schema/dictionary.ts';
import { surfacePrefix } from '../../schema/eventName.ts';
import type { SpanUsage, UsageRange } from '../../store/store.ts';
import type { Dialect } from '../dialect.ts';
import { rowsOf } from './rowsOf.ts';
import { spanNumber } from './spans.ts';
import { run } from './tables.ts';

/** Days whose guilds are counted: those that are rolled up, and those whose events are read. */
interface GuildRange extends UsageRange {
  readonly closed: readonly string[];
  readonly open: readonly string[];
}

interface Row {
  readonly span: number;
  /** `null` for the guilds of all features. */
  readonly name: string | null;
  readonly guilds: number;
}

/** A feature as the roll-ups name it: after its surface. */
export const FEATURE_NAME = sql`surface || '.' || feature`;

/**
 * Counts the guilds of each span, in all and by feature. The database counts them: their hashes are many, and stay there. A guild has the same
 * features on many days, so that few rows are left of all before any is taken apart; the hashes come first, since SQLite compares them soonest.
 */
export async function readGuilds(
  em: SqlEntityManager,
  dialect: Dialect,
  { closed, open, spans, surface }: GuildRange
): Promise<Omit<SpanUsage, 'durations'>[]> {
  const span = sql`${spanNumber(spans)} as span`;
  const parts = [
    ...(closed.length === 0
      ? []
      : [sql`select distinct guild_hash, features, ${span} from ${dialect.tables.dailyGuilds} where day_bucket in (${sql.join(closed)})`]),
    ...(await Promise.all(open.map((day) => rowsOf(em, dialect, tables.events, day)))).map(
      (events) => sql`select distinct guild_hash, ${FEATURE_NAME} as features, ${span} from ${events} where guild_hash is not null`
    )
  ];
  if (parts.length === 0) return spans.map(() => ({ guilds: 0, features: [] }));
  const ofSurface = surface === undefined ? sql`` : sql`where word.value like ${`${surfacePrefix(surface)}%`}`;
  const rows = await run<Row>(
    em,
    sql`with sets as (${sql.join(parts, sql` union all `)}),
      seen as (select distinct guild_hash, word.value as name, span from sets, ${dialect.wordsOf(sql`features`)} ${ofSurface})
      select span, name, count(*) as guilds from seen group by 1, 2
      union all
      select span, null, count(*) from (select distinct guild_hash, span from seen) as guild group by 1`
  );
  return spans.map((_, at) => {
    const ofSpan = rows.filter((row) => Number(row.span) === at);
    const features = ofSpan.flatMap(({ name, guilds }) => {
      const [where = '', feature = ''] = name?.split('.') ?? [];
      return name === null ? [] : [{ surface: where, feature, guilds: Number(guilds) }];
    });
    return { guilds: Number(ofSpan.find(({ name }) => name === null)?.guilds ?? 0), features };
  });
}
