import type { SqlEntityManager } from '@mikro-orm/sql';
import { sql } from 'kysely';
import { optOutTable, type OptOut } from '../../schema/dictionary.ts';
import type { Dialect } from '../dialect.ts';
import { run } from './tables.ts';

/** How many values one statement takes. */
const AT_A_TIME = 500;

/** The guilds that opted out. */
export function readOptOuts(em: SqlEntityManager, dialect: Dialect): Promise<OptOut[]> {
  return run(em, sql`select guild_hash as "guildHash", fingerprint from ${dialect.tables.optOuts} order by guild_hash`);
}

/** Adds those that are not there. */
export async function addOptOuts(em: SqlEntityManager, dialect: Dialect, optOuts: readonly OptOut[]): Promise<void> {
  for (let from = 0; from < optOuts.length; from += AT_A_TIME) {
    const rows = optOuts.slice(from, from + AT_A_TIME).map(({ guildHash, fingerprint }) => sql`(${guildHash}, ${fingerprint})`);
    await run(em, sql`insert into ${dialect.tables.optOuts} (guild_hash, fingerprint) values ${sql.join(rows)} on conflict do nothing`);
  }
}

/** Takes these hashes out, and leaves nothing of them where the database is a file. */
export async function removeOptOuts(em: SqlEntityManager, dialect: Dialect, guildHashes: readonly string[]): Promise<void> {
  const removed = new Set(guildHashes);
  await em.transactional(async (inside) => {
    const stored = await readOptOuts(inside, dialect);
    const kept = stored.filter(({ guildHash }) => !removed.has(guildHash));
    if (kept.length === stored.length) return;
    if (dialect.keepsFiles) {
      // What is deleted from a table leaves copies in its pages; of a table that is dropped every page is overwritten.
      await remakeTable(inside, dialect);
      await addOptOuts(inside, dialect, kept);
    } else {
      for (const guildHash of removed) await run(inside, sql`delete from ${dialect.tables.optOuts} where guild_hash = ${guildHash}`);
    }
  });
}

/** SQLite's: the empty table again, in the words in which it was made. */
async function remakeTable(em: SqlEntityManager, { tables: { optOuts } }: Dialect): Promise<void> {
  const [made] = await run<{ sql: string }>(em, sql`select sql from sqlite_master where name = ${optOutTable.name}`);
  await run(em, sql`drop table ${optOuts}`);
  await run(em, sql.raw(String(made?.sql)));
}
