import { expect, test } from '@jest/globals';
import { postgresqlMigrations } from '../../migrations/index.ts';
import { systemClock } from '../../src/events/clock.ts';
import { allTables, migrationsTable } from '../../src/schema/dictionary.ts';
import { addDays } from '../../src/events/day.ts';
import { postgresqlDatabase, type TestDatabase } from '../support/databases.ts';
import { seededRandom } from '../support/randomEvents.ts';
import { anEvent, openTestStore, throughDay, writeEvents } from '../support/seedEvents.ts';

const today = systemClock().today();
const SCHEMAS = ['Tele-Metry', 'telemetry', 'public'];
const NAMES = [...Object.values(allTables), migrationsTable].map(({ name }) => name).toSorted();

function inSchema({ env, ...rest }: TestDatabase, schema: string): TestDatabase {
  const url = new URL(env['TELEMETRY_DATABASE_URL'] ?? '');
  url.searchParams.set('schema', schema);
  return { ...rest, env: { TELEMETRY_DATABASE_URL: url.href } };
}

test('each schema of a database is one of its own, whatever its name is, and holds every table', async () => {
  const database = await postgresqlDatabase();
  for (const [index, schema] of SCHEMAS.entries()) {
    const store = await openTestStore(inSchema(database, schema), today, 'b'.repeat(64));
    const random = seededRandom(index);
    const events = [60, 4, 0].map((ago) => anEvent(random, { dayBucket: addDays(today, -ago), guildHash: String(index).repeat(64) }));
    await writeEvents(store, events);
    expect((await store.purge(throughDay(addDays(today, -30)))).deleted).toBe(1);
    expect(await store.rollUp()).toBe(1);
    expect(await store.usage({ spans: [{ from: addDays(today, -29), to: today }] })).toMatchObject({ spans: [{ guilds: 1 }] });
    expect((await store.audit(30)).findings).toEqual([]);
    expect((await store.eraseGuilds([String(index).repeat(64)])).deleted).toBe(2);
    const found = await database.sql(
      `select table_name as name from information_schema.tables where table_schema = '${schema}' order by 1`
    );
    expect(found.map(({ name }) => name)).toEqual(NAMES);
  }
  for (const schema of SCHEMAS)
    expect(await database.sql(`select * from "${schema}".telemetry_migrations`)).toHaveLength(postgresqlMigrations.length);
});
