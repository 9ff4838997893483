import { expect, test } from '@jest/globals';
import { MikroORM } from '@mikro-orm/sql';
import { readSettings } from '../../config/settings.ts';
import { configFor } from '../../mikro-orm.config.ts';
import { dialectOf } from '../../src/storage/openStore.ts';
import { ormOptions } from '../../src/storage/ormOptions.ts';
import { runMigrations } from '../../src/storage/runMigrations.ts';
import { onBothDatabases, type TestDatabase } from '../support/databases.ts';
import { TODAY } from '../support/madeReports.ts';
import { openTestStore } from '../support/seedEvents.ts';

const DAYS = ['2026-02-11', '2026-02-12'];
const hashOf = (guild: number): string => String(guild).repeat(64);

/** Runs the first migrations alone, as an older version had them. */
async function migrateBefore(database: TestDatabase, name: string): Promise<void> {
  const dialect = await dialectOf(readSettings(database.env), { migrate: true, busyTimeoutMs: 5_000 });
  const orm = new MikroORM(ormOptions(dialect));
  try {
    await orm.connect();
    await dialect.prepare(orm);
    const older = dialect.migrations.slice(
      0,
      dialect.migrations.findIndex((one) => one.name === name)
    );
    await orm.em.fork().transactional((em) => runMigrations(em, dialect, older));
  } finally {
    await orm.close(true);
  }
}

/** Adds rows of a day to a table of it; SQLite has to have one for the day. */
async function insertOf({ engine, sql }: TestDatabase, table: string, day: string, rows: readonly string[]): Promise<void> {
  let name = table;
  if (engine === 'SQLite') {
    name = `${table}_${day.replaceAll('-', '')}_1`;
    const [template] = await sql(`select sql from sqlite_master where name = '${table}_template'`);
    const [view] = await sql(`select sql from sqlite_master where name = '${table}'`);
    const definition = String(template?.['sql']);
    await sql(`create table ${name} ${definition.slice(definition.indexOf('('))}`);
    await sql(`drop view ${table}`);
    await sql(`${String(view?.['sql'])} union all select * from ${name}`);
  }
  await sql(`insert into ${name} values ${rows.map((row) => `('${day}', ${row})`).join(', ')}`);
}

onBothDatabases((createDatabase) => {
  test("MikroORM's own check finds that the snapshot of the migrations is what the data dictionary says", async () => {
    const { env } = await createDatabase();
    const orm = new MikroORM(await configFor(env));
    try {
      await orm.connect();
      expect(await orm.migrator.checkSchema()).toBe(false);
    } finally {
      await orm.close(true);
    }
  });

  test('the guilds of days that were rolled up by features are counted as before once a guild has one row a day', async () => {
    const database = await createDatabase();
    await migrateBefore(database, 'Migration20261128_GuildsInOneRow');
    // `gen` was used in no guild: its name is the beginning of another.
    for (const [at, day] of DAYS.entries()) {
      await insertOf(
        database,
        'telemetry_daily_counts',
        day,
        ['discord.generator', 'discord.daily', 'api.generator', 'discord.gen'].map((name) => `'${name}.preset.invoke', '', 'ok', '', 1, 1`)
      );
      const uses = ["'discord', 'generator'", "'discord', 'daily'", "'api', 'generator'"].flatMap((feature, index) =>
        Array.from({ length: 3 - index }, (_, guild) => `${feature}, '${hashOf(guild + at)}'`)
      );
      await insertOf(database, 'telemetry_daily_guilds', day, uses);
    }
    const store = await openTestStore(database, TODAY);
    const count = async (from: string, surface?: 'api'): Promise<unknown> => {
      const { spans } = await store.usage({ spans: [{ from, to: DAYS[1] ?? '' }], surface });
      return {
        guilds: spans[0]?.guilds,
        ...Object.fromEntries((spans[0]?.features ?? []).map((one) => [`${one.surface}.${one.feature}`, one.guilds]))
      };
    };
    expect(await count(DAYS[0] ?? '')).toEqual({ guilds: 4, 'discord.generator': 4, 'discord.daily': 3, 'api.generator': 2 });
    expect(await count(DAYS[1] ?? '')).toEqual({ guilds: 3, 'discord.generator': 3, 'discord.daily': 2, 'api.generator': 1 });
    expect(await count(DAYS[0] ?? '', 'api')).toEqual({ guilds: 2, 'api.generator': 2 });
    expect((await store.audit(60)).findings).toEqual([]);
  });

  test('the durations of days that were rolled up by buckets are the same once an event has one row a day', async () => {
    const database = await createDatabase();
    await migrateBefore(database, 'Migration20261129_DurationsInOneRow');
    for (const [at, day] of DAYS.entries()) {
      await insertOf(database, 'telemetry_daily_counts', day, ["'discord.generator.preset.success', '', 'ok', '', 1, 7"]);
      await insertOf(database, 'telemetry_daily_durations', day, [
        `'discord.generator.preset.success', 1, 100, ${at + 1}`,
        "'discord.generator.preset.success', 1, 9, 2",
        "'discord.generator.preset.success', 0.5, 57, 2147483647",
        "'api.seeds.get.failure', 1, 0, 3"
      ]);
    }
    const store = await openTestStore(database, TODAY);
    const count = async (from: string, surface?: 'api'): Promise<unknown> => {
      const { spans } = await store.usage({ spans: [{ from, to: DAYS[1] ?? '' }], surface });
      return Object.fromEntries(
        [...(spans[0]?.durations ?? [])].map(({ eventName, sampleRate, buckets }) => [
          `${eventName} ${sampleRate}`,
          Object.fromEntries([...buckets.entries()].filter(([, runs]) => runs > 0))
        ])
      );
    };
    expect(await count(DAYS[0] ?? '')).toEqual({
      'discord.generator.preset.success 1': { 9: 4, 100: 3 },
      'discord.generator.preset.success 0.5': { 57: 2 * 2_147_483_647 },
      'api.seeds.get.failure 1': { 0: 6 }
    });
    expect(await count(DAYS[1] ?? '', 'api')).toEqual({ 'api.seeds.get.failure 1': { 0: 3 } });
    const texts = await database.sql(
      "select buckets from telemetry_daily_durations where event_name like 'discord%' and sample_rate = 1 order by 1"
    );
    expect(texts).toEqual([{ buckets: '9:2 100:1' }, { buckets: '9:2 100:2' }]);
    expect((await store.audit(60)).findings).toEqual([]);
  });
});
