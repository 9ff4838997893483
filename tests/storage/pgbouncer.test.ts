import { beforeAll, describe, expect, test } from '@jest/globals';
import { postgresqlMigrations } from '../../migrations/index.ts';
import { systemClock } from '../../src/events/clock.ts';
import { addDays } from '../../src/events/day.ts';
import type { TestDatabase } from '../support/databases.ts';
import { databaseAt } from '../support/postgresDatabase.ts';
import { createDatabase } from '../support/postgresSuite.ts';
import { hasPgBouncer, startPgBouncer } from '../support/pgbouncer.ts';
import { seededRandom } from '../support/randomEvents.ts';
import { anEvent, openTestStore, throughDay, writeEvents } from '../support/seedEvents.ts';

if (!hasPgBouncer()) process.stderr.write('SKIPPED: the tests of poolers, since this machine has no pgbouncer\n');

const today = systemClock().today();
const GUILD = 'a'.repeat(64);

/**
 * How many processes start at once. In session mode each of them has a connection to the server for itself, so that there can't be more than the
 * pool has. The driver names no prepared statement, so that it does not matter whether the pooler knows of them.
 */
const POOLS = [
  { mode: 'transaction', size: 1, starters: 4 },
  { mode: 'transaction', size: 3, starters: 6 },
  { mode: 'transaction', size: 20, starters: 25 },
  { mode: 'session', size: 1, starters: 1 },
  { mode: 'session', size: 3, starters: 3 },
  { mode: 'session', size: 20, starters: 4 }
] as const;

(hasPgBouncer() ? describe : describe.skip)('behind PgBouncer with the settings of its package', () => {
  const databases: TestDatabase[] = [];

  beforeAll(async () => {
    const pooled = await Promise.all(POOLS.map(async ({ mode, size }) => ({ url: await createDatabase(), mode, size })));
    const urls = await startPgBouncer(pooled);
    for (const [index, url] of urls.entries()) {
      const direct = await databaseAt(pooled[index]?.url ?? '');
      databases.push({ ...direct, env: { ...direct.env, TELEMETRY_DATABASE_URL: url } });
    }
  });

  test.each(POOLS.map((pool, index) => ({ ...pool, index })))(
    'in $mode mode with a pool of $size, $starters processes migrate at once, and all that one does at once is done',
    async ({ mode, starters, index }) => {
      const database = databases[index] as TestDatabase;
      const [store, ...others] = await Promise.all(Array.from({ length: starters }, () => openTestStore(database, today, 'b'.repeat(64))));
      if (store === undefined) throw new Error('None was opened');
      expect(await database.sql('select name from telemetry_migrations')).toHaveLength(postgresqlMigrations.length);
      if (mode === 'session') await Promise.all(others.map((other) => other.close()));

      const random = seededRandom(index);
      const event = (ago: number, guildHash: string | null = null) => anEvent(random, { dayBucket: addDays(today, -ago), guildHash });
      await writeEvents(store, [event(50), event(4), event(0, GUILD)]);
      const claim = async (): Promise<boolean> => (await store.claimNotice({ dayBucket: today, kind: 'digest', name: 'week' })).isOurs;
      const [, purged, rolledUp, ...claimed] = await Promise.all([
        writeEvents(store, [event(0), event(3)]),
        store.purge(throughDay(addDays(today, -30))),
        store.rollUp(),
        claim(),
        claim(),
        store.usage({ spans: [{ from: addDays(today, -29), to: today }] }),
        store.totals(),
        store.saltFingerprints()
      ]);
      expect(claimed.slice(0, 2).filter(Boolean)).toEqual([true]);
      expect(purged.deleted).toBe(1);
      expect(rolledUp).toBeGreaterThan(0);
      expect((await store.eraseGuilds([GUILD])).deleted).toBe(1);
      const { counts } = await store.usage({ spans: [{ from: addDays(today, -29), to: today }] });
      expect([...counts].map(({ day, count }) => ({ day, count })).toSorted((a, b) => (a.day < b.day ? -1 : 1))).toEqual(
        [4, 3, 0].map((ago) => ({ day: addDays(today, -ago), count: 1 }))
      );
      expect((await store.audit(30)).findings).toEqual([]);
    }
  );

  test('what another client of the same pool has set for its session changes nothing', async () => {
    const { env } = databases[0] as TestDatabase;
    await (
      await databaseAt(env['TELEMETRY_DATABASE_URL'] ?? '')
    ).sql(
      `set datestyle = 'SQL, DMY'; set search_path = nowhere; set array_nulls = off; set extra_float_digits = -15; set statement_timeout = 1000`
    );
    const store = await openTestStore({ ...(databases[0] as TestDatabase), env });
    await writeEvents(store, [anEvent(seededRandom(9), { dayBucket: today, sampleRate: 1 / 3 })]);
    expect(await store.totals()).toMatchObject({ newestDay: today });
    const { counts, spans } = await store.usage({ spans: [{ from: today, to: today }] });
    expect([...counts].map(({ sampleRate }) => sampleRate)).toContain(1 / 3);
    expect(spans).toMatchObject([{ guilds: 0 }]);
  });
});
