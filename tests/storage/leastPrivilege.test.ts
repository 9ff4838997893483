import { randomBytes } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { container } from '@sapphire/framework';
import { addDays } from '../../src/events/day.ts';
import { systemClock } from '../../src/events/clock.ts';
import { allTables } from '../../src/schema/dictionary.ts';
import { settled, startBot, until } from '../support/bot.ts';
import { outcomes, postgresqlDatabase, type TestDatabase } from '../support/databases.ts';
import { databaseAt } from '../support/postgresDatabase.ts';
import { atSuiteEnd } from '../support/postgresSuite.ts';
import { seededRandom } from '../support/randomEvents.ts';
import { readDocument } from '../support/repository.ts';
import { expectAllDone, FAILED, runAll, runCli } from '../support/runCli.ts';
import { anEvent, openTestStore, writeEvents } from '../support/seedEvents.ts';
import { complaints, Ping } from '../support/traffic.ts';

const GUILD = { id: '811111111111111111', name: 'Home' };
const today = systemClock().today();

/** Makes a role by the very statements of the runbook. Returns the variables of a bot, or of a reader, that has this role. */
async function createRole({ env, sql }: TestDatabase, kind: 'telemetry_bot' | 'telemetry_reader'): Promise<Record<string, string>> {
  const runbook = await readDocument('docs/runbook.md');
  const blocks = [...runbook.matchAll(/```sql\n(.*?)```/gs)].map(([, block = '']) => block);
  const statements = blocks.find((block) => block.includes(`role ${kind} `));
  const revoked = blocks.find((block) => block.includes('revoke temporary'));
  await sql((revoked ?? '').replace('database bot', `database ${new URL(env['TELEMETRY_DATABASE_URL'] ?? '').pathname.slice(1)}`));
  const [name, password] = [`${kind}_${randomBytes(6).toString('hex')}`, randomBytes(12).toString('hex')];
  await sql((statements ?? '').replaceAll(kind, name).replace('…', password));
  atSuiteEnd(async () => void (await sql(`drop owned by ${name}; drop role ${name}`)));
  const url = Object.assign(new URL(env['TELEMETRY_DATABASE_URL'] ?? ''), { username: name, password });
  return { TELEMETRY_DATABASE_URL: url.href, TELEMETRY_AUTO_MIGRATE: 'false' };
}

/** A migrated database with events that are too old, of days that are over, and of today. */
async function filledDatabase(): Promise<TestDatabase> {
  const database = await postgresqlDatabase();
  const random = seededRandom(5);
  const events = [60, 10, 4, 0].map((ago) => anEvent(random, { dayBucket: addDays(today, -ago) }));
  await writeEvents(await openTestStore(database), events);
  return database;
}

test("with the runbook's grants a bot writes, sums up, reports, purges and erases, and may do no more", async () => {
  const database = await filledDatabase();
  const role = await createRole(database, 'telemetry_bot');
  await using bot = await startBot({ database, env: role, commands: { ping: Ping }, discord: { guilds: [GUILD] } });
  const { telemetry } = container;
  expect((await bot.discord.slash({ command: 'ping' }))?.content).toBe('pong');
  await settled();
  await until(() => telemetry.status().lastPurge !== null);
  expect(telemetry.status()).toMatchObject({ problem: null, lastPurge: { deleted: 1 } });
  await until(async () => (await database.sql('select distinct day_bucket from telemetry_daily_counts')).length === 2);
  await until(async () => (await database.sql('select * from telemetry_salts')).length === 1);
  // A late event takes the totals of its day away.
  const late = await openTestStore({ ...database, env: role });
  await writeEvents(late, [anEvent(seededRandom(6), { dayBucket: addDays(today, -4) })]);
  expect(await database.sql('select distinct day_bucket from telemetry_daily_counts')).toHaveLength(1);
  const notice = { dayBucket: today, kind: 'alert', name: 'provider.alttpr' } as const;
  expect([await late.claimNotice(notice), await late.claimNotice(notice, 1)]).toMatchObject([{ isOurs: true }, { claims: 2 }]);
  await late.settleNotice(notice);
  expect(await late.standingAlerts(today)).toEqual([notice.name]);
  expect(await telemetry.report({ days: 30 })).toMatchObject({ events: 3, today: { events: 3 } });
  expect((await telemetry.eraseGuild(GUILD.id)).deleted).toBe(2);
  expect(await telemetry.purge({ dryRun: true })).toMatchObject({ deleted: 0 });
  expect(await telemetry.purge({ all: true })).toMatchObject({ deleted: 4, after: { events: 0 } });
  await telemetry.flush();
  await bot.stop();
  expect(await outcomes(database)).toEqual({});
  expect(complaints(bot)).toEqual([]);

  const rights = await database.sql(
    `select distinct privilege_type as right from information_schema.role_table_grants where grantee like 'telemetry_bot_%' order by 1`
  );
  expect(rights.map(({ right }) => right)).toEqual(['DELETE', 'INSERT', 'SELECT']);
  const { sql } = await databaseAt(role['TELEMETRY_DATABASE_URL'] ?? '');
  for (const statement of ['create temporary table hidden (id text)', 'create table hidden (id text)', "select lo_from_bytea(0, 'id')"])
    await expect(sql(statement)).rejects.toThrow('permission denied');
});

test('with a role that may only read, the command line reports, tells the status and verifies, and is refused the rest', async () => {
  const database = await filledDatabase();
  await database.sql(`delete from telemetry_events where day_bucket < '${addDays(today, -30)}'`);
  const env = await createRole(database, 'telemetry_reader');
  const results = await runAll([['report', '30', '--json'], ['status'], ['verify']], env);
  expectAllDone(results);
  expect(JSON.parse(results[0]?.stdout ?? '')).toMatchObject({ events: 2, today: { events: 1 } });
  expect(results[1]?.stdout).toContain('Stored: 3 events');
  const refused = await runCli(['purge', '--all', '--yes'], { env });
  expect(refused).toMatchObject({ exitCode: FAILED, stdout: '', stderr: expect.stringContaining('the role lacks a permission') });
  expect(await outcomes(database)).toEqual({ 'discord.generator.preset': { runs: 0, ok: 3, failed: 0 } });
});

test("the planner's statistics hold no hash of a guild", async () => {
  const database = await filledDatabase();
  const hash = 'a'.repeat(64);
  const store = await openTestStore(database);
  await writeEvents(
    store,
    Array.from({ length: 50 }, (_, seed) => anEvent(seededRandom(100 + seed), { dayBucket: addDays(today, -4), guildHash: hash }))
  );
  await store.rollUp();
  await database.sql('analyze telemetry_events, telemetry_daily_guilds');
  const statistics = await database.sql("select s::text as row from pg_stats s where tablename like 'telemetry%'");
  expect(statistics.length).toBeGreaterThan(0);
  expect(statistics.filter(({ row }) => String(row).includes(hash))).toEqual([]);
});

test('the runbook grants something on every table there is', async () => {
  const runbook = await readDocument('docs/runbook.md');
  for (const { name } of Object.values(allTables)) expect(runbook.split(name).length - 1).toBeGreaterThanOrEqual(2);
});
