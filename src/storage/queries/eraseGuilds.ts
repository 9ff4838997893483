import type { SqlEntityManager } from '@mikro-orm/sql';
import { sql } from 'kysely';
import { tables } from '../../schema/dictionary.ts';
import type { Dialect } from '../dialect.ts';
import { invalidateRollups } from './rollups.ts';

/** How many hashes one statement takes. */
const AT_A_TIME = 500;

/** Deletes the events of these guilds, a day at a time, and the roll-ups of the days that had any. Returns the number of events deleted. */
export async function eraseGuilds(em: SqlEntityManager, dialect: Dialect, guildHashes: readonly string[]): Promise<number> {
  let erased = 0;
  for (const day of await dialect.days(em, tables.events)) {
    erased += await em.transactional(async (inside) => {
      await dialect.lockDay(inside, day);
      let ofDay = 0;
      for (const part of await dialect.tablesOf(inside, tables.events, day)) {
        for (let from = 0; from < guildHashes.length; from += AT_A_TIME) {
          const some = sql.join(guildHashes.slice(from, from + AT_A_TIME));
          const { numAffectedRows } = await sql`delete from ${part} where day_bucket = ${day} and guild_hash in (${some})`.execute(
            inside.getKysely()
          );
          ofDay += Number(numAffectedRows ?? 0);
        }
      }
      if (ofDay === 0) return 0;
      await invalidateRollups(inside, dialect, day);
      await dialect.renewDay(inside, tables.events, day);
      return ofDay;
    });
  }
  return erased;
}
