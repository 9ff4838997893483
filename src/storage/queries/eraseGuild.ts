import type { SqlEntityManager } from '@mikro-orm/sql';
import { sql } from 'kysely';
import type { Dialect } from '../dialect.ts';
import { invalidateRollups } from './rollups.ts';
import { daysWithEvents, TABLES } from './tables.ts';

/** Deletes the events of one guild, a day at a time, and the roll-ups of the days that had any. Returns the number of events deleted. */
export async function eraseGuild(em: SqlEntityManager, dialect: Dialect, guildHash: string): Promise<number> {
  let erased = 0;
  for (const day of await daysWithEvents(em)) {
    erased += await em.transactional(async (inside) => {
      await dialect.lockDay(inside, day);
      const { numAffectedRows } = await sql`delete from ${TABLES.events} where day_bucket = ${day} and guild_hash = ${guildHash}`.execute(
        inside.getKysely()
      );
      const ofDay = Number(numAffectedRows ?? 0);
      if (ofDay > 0) await invalidateRollups(inside, day);
      return ofDay;
    });
  }
  return erased;
}
