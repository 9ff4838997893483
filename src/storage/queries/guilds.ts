import type { SqlEntityManager } from '@mikro-orm/sql';
import { sql, type RawBuilder } from 'kysely';
import type { Surface } from '../../schema/closedLists.ts';
import { tables } from '../../schema/dictionary.ts';
import { parseEventName, surfacePrefix } from '../../schema/eventName.ts';
import type { FeatureGuilds, SpanUsage, UsageRange } from '../../store/store.ts';
import type { Dialect } from '../dialect.ts';
import { rowsOf } from './rowsOf.ts';
import { spanNumber, spanOf } from './spans.ts';
import { run } from './tables.ts';

/** Days whose guilds are counted: those that are rolled up, and those whose events are read. */
interface GuildRange extends UsageRange {
  readonly closed: readonly string[];
  readonly open: readonly string[];
}

/** How many features one statement counts. */
const AT_A_TIME = 200;

/** Each guild of some events, with each feature that was used there, named after its surface. To be read `from`. */
export function guildsOf(events: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`(select distinct guild_hash, surface || '.' || feature as features from ${events} where guild_hash is not null) as seen`;
}

/**
 * Counts the guilds of each span, in all and by feature: of `features`, named after their surfaces, which are all that there are. The database
 * counts the guilds: their hashes are many, and stay there.
 */
export async function readGuilds(
  em: SqlEntityManager,
  dialect: Dialect,
  range: GuildRange,
  features: readonly string[]
): Promise<Omit<SpanUsage, 'durations'>[]> {
  const counted = range.spans.map(() => ({ guilds: 0, features: [] as FeatureGuilds[] }));
  const uses = await usesOf(em, dialect, range);
  for (let from = 0; from < features.length && uses.length > 0; from += AT_A_TIME) {
    const some = features.slice(from, from + AT_A_TIME);
    const rows = await run<Readonly<Record<string, number>>>(em, countQuery(dialect, uses, some, range.surface));
    for (const row of rows) {
      const ofSpan = counted[Number(row['span'])];
      if (ofSpan === undefined) continue;
      ofSpan.guilds = Number(row['guilds']);
      ofSpan.features.push(...some.map((name, at) => toFeature(name, Number(row[columnOf(at)]))).filter(({ guilds }) => guilds > 0));
    }
  }
  return counted;
}

/** Queries for the guilds of each day, with features that were used there and the span. */
async function usesOf(em: SqlEntityManager, dialect: Dialect, { closed, open, spans }: GuildRange): Promise<RawBuilder<unknown>[]> {
  const events = (day: string): Promise<RawBuilder<unknown>> => rowsOf(em, dialect, tables.events, day);
  return [
    ...(await dialect.rowsOfDays(em, tables.dailyGuilds, closed)).map((rows) => usesFrom(rows, spanNumber(spans))),
    ...(await Promise.all(open.map(async (day) => usesFrom(guildsOf(await events(day)), sql`cast(${spanOf(spans, day)} as integer)`))))
  ];
}

function usesFrom(guilds: RawBuilder<unknown>, span: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`select guild_hash, features, ${span} as span from ${guilds}`;
}

/**
 * A row for each span, with the number of its guilds, and of those in which each of the features was used. What was used in a guild is put together
 * first: most of its features are found in its first day. Each name stands between two spaces, so that none is found within another.
 */
function countQuery(
  dialect: Dialect,
  uses: readonly RawBuilder<unknown>[],
  features: readonly string[],
  surface: Surface | undefined
): RawBuilder<unknown> {
  const has = (text: string): RawBuilder<unknown> => dialect.contains(sql`features`, text);
  const counts = features.map((name, at) => sql`sum(case when ${has(` ${name} `)} then 1 else 0 end) as ${sql.ref(columnOf(at))}`);
  return sql`select span, count(*) as guilds, ${sql.join(counts)} from (
      select span, ' ' || string_agg(features, ' ') || ' ' as features from (${sql.join(uses, sql` union all `)}) as uses
      group by guild_hash, span
    ) as guild ${surface === undefined ? sql`` : sql`where ${has(` ${surfacePrefix(surface)}`)}`} group by span`;
}

function columnOf(at: number): string {
  return `used_${at}`;
}

function toFeature(name: string, guilds: number): FeatureGuilds {
  const { surface, feature } = parseEventName(name);
  return { surface, feature, guilds };
}
