import { expect, test } from '@jest/globals';
import { readSettings } from '../../config/settings.ts';
import { systemClock } from '../../src/events/clock.ts';
import { openStore } from '../../src/storage/openStore.ts';
import type { Audit } from '../../src/store/store.ts';
import { onBothDatabases, type TestDatabase } from '../support/databases.ts';
import { randomEvents, seededRandom } from '../support/randomEvents.ts';

const RETENTION_DAYS = 30;
const today = systemClock().today();

/** What an audit of the database finds after `plant` was run on it. */
async function auditAfter(database: TestDatabase, ...plant: readonly string[]): Promise<Audit> {
  const store = await openStore(readSettings(database.env), { migrate: true, busyTimeoutMs: 5000 });
  try {
    await store.write(randomEvents(seededRandom(1), [today], 50));
    for (const statement of plant) await database.sql(statement);
    return await store.audit(RETENTION_DAYS);
  } finally {
    await store.close();
  }
}

onBothDatabases((createDatabase) => {
  test('an audit finds nothing in a database that the plugin alone has written to, and says what it checked', async () => {
    const { checked, findings } = await auditAfter(await createDatabase());
    expect(findings).toEqual([]);
    expect(checked.map((line) => line.split(':')[0])).toEqual([
      'telemetry_events',
      'telemetry_losses',
      'telemetry_daily_counts',
      'telemetry_daily_durations',
      'telemetry_daily_guilds',
      'telemetry_salts'
    ]);
  });

  test.each([
    ['a forbidden column', 'alter table telemetry_events add column user_id text', /telemetry_events has a column .*: user_id/],
    ['a timestamp', 'alter table telemetry_losses add column created_at text', /telemetry_losses has a column .*: created_at/],
    ['an index', 'create index by_guild on telemetry_events (guild_hash)', /telemetry_events has an index .*: by_guild/],
    [
      'a raw guild id',
      "update telemetry_events set guild_hash = '811111111111111111'",
      /telemetry_events\.guild_hash holds 1 different texts/
    ],
    ['a raw id as a provider', "update telemetry_events set provider = '811111111111111111'", /telemetry_events\.provider holds 1/],
    ['a message as an error type', "update telemetry_events set error_type = 'no seed for bob'", /telemetry_events\.error_type holds 1/],
    [
      'an id that tells the time',
      `insert into telemetry_losses (day_bucket, id, reason, count) values ('${today}', '01979a3e-7d1f-7c55-9b7e-0f7d0a3b9f42', 'refused', 1)`,
      /telemetry_losses\.id holds 1/
    ],
    [
      'a day beyond the retention',
      "update telemetry_events set day_bucket = '2020-01-01'",
      /telemetry_events holds days older than the retention/
    ],
    ['a day to come', "update telemetry_events set day_bucket = '2999-01-01'", /telemetry_events holds days that have not come yet/],
    ['a table that is gone', 'drop table telemetry_daily_guilds', /telemetry_daily_guilds is missing/]
  ])('an audit names %s, and not its value', async (_what, plant, finding) => {
    const { findings } = await auditAfter(await createDatabase(), plant);
    expect(findings).toEqual([expect.stringMatching(finding)]);
    expect(findings.join()).not.toMatch(/811111111111111111|bob/);
  });

  test('an audit names a constraint that was taken away or changed', async () => {
    const database = await createDatabase();
    const plant =
      database.engine === 'PostgreSQL'
        ? ['alter table telemetry_events drop constraint telemetry_events_surface_check']
        : [
            'alter table telemetry_daily_guilds rename to old',
            `create table telemetry_daily_guilds (day_bucket text not null, surface text not null, guild_hash text not null,
              primary key (day_bucket, surface, guild_hash)) without rowid`,
            'drop table old'
          ];
    const { findings } = await auditAfter(database, ...plant);
    expect(findings.length).toBeGreaterThan(0);
    for (const finding of findings) expect(finding).toMatch(/lacks its constraint telemetry_(events|daily_guilds)_/);
  });
});
