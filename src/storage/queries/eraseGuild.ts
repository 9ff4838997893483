import type { SqlEntityManager } from '@mikro-orm/sql';
import { sql } from 'kysely';
import { tables } from '../../schema/dictionary.ts';
import type { Dialect } from '../dialect.ts';
import { invalidateRollups } from './rollups.ts';

/** Deletes the events of one guild, a day at a time, and the roll-ups of the days that had any. Returns the number of events deleted. */
export async function eraseGuild(em: SqlEntityManager, dialect: Dialect, guildHash: string): Promise<number> {
  let erased = 0;
  for (const day of await dialect.days(em, tables.events)) {
    erased += await em.transactional(async (inside) => {
      await dialect.lockDay(inside, day);
      let ofDay = 0;
      for (const part of await dialect.tablesOf(inside, tables.events, day)) {
        const { numAffectedRows } = await sql`delete from ${part} where day_bucket = ${day} and guild_hash = ${guildHash}`.execute(
          inside.getKysely()
        );
        ofDay += Number(numAffectedRows ?? 0);
      }
      if (ofDay === 0) return 0;
      await invalidateRollups(inside, dialect, day);
      await dialect.renewDay(inside, tables.events, day);
      return ofDay;
    });
  }
  return erased;
}
