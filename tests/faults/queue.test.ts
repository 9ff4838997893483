import { expect, test } from '@jest/globals';
import { container } from '@sapphire/framework';
import { settled, startBot, until } from '../support/bot.ts';
import { onBothDatabases, type TestDatabase } from '../support/databases.ts';
import { expectCountersInDatabase, expectCountersToAddUp } from '../support/counters.ts';
import { ROLL } from '../support/handClock.ts';
import { allWritten, complaints, drive, Ping, times } from '../support/traffic.ts';

const TIGHTER = "check (feature <> 'poison')";

/** The live table takes no feature called poison any more. SQLite can't alter a constraint, so there the table is made anew. */
async function tighten(database: TestDatabase): Promise<void> {
  if (database.engine === 'PostgreSQL') {
    await database.sql(`alter table telemetry_events add constraint no_poison ${TIGHTER}`);
    return;
  }
  const [definition] = await database.sql("select sql from sqlite_master where name = 'telemetry_events_template'");
  const create = String(definition?.['sql']).replace('primary key', `constraint no_poison ${TIGHTER}, primary key`);
  expect(create).toContain('no_poison');
  // A constraint of a column may stand only behind the columns, which is where the key stands.
  // The table of each day is made like this one.
  await database.sql('drop table telemetry_events_template');
  await database.sql(create);
}

onBothDatabases((createDatabase) => {
  test('events that the database refuses under traffic are set aside and counted; all others are written', async () => {
    const database = await createDatabase();
    await using bot = await startBot({ database, commands: { ping: Ping, poison: Ping } });
    await until(() => container.telemetry.status().state === 'open');
    await tighten(database);
    let [good, poisoned] = [0, 0];
    for (let round = 0; round < 8; round += 1) {
      good += await drive(bot, times(4));
      poisoned += await drive(bot, times(1), 'poison');
    }
    // A flush of nothing but poison, too.
    await settled();
    poisoned += await drive(bot, times(3), 'poison');
    await settled();
    await allWritten();

    expect(container.telemetry.status().counters).toEqual({
      made: 2 * (good + poisoned),
      written: 2 * good,
      refused: 2 * poisoned,
      dropped: 0,
      sampledOut: 0,
      forgotten: 0
    });
    await expectCountersInDatabase(database);
    expect((await container.telemetry.report()).quality).toMatchObject({ refused: 2 * poisoned, dropped: 0, unfinished: 0 });
    expect(complaints(bot)).toEqual([
      expect.stringMatching(/set aside an event that its database refused: (PostgreSQL 23514 at no_poison|SQLite 275 )/)
    ]);
    expect(container.telemetry.status().problem).toBeNull();
  });

  test('a queue of 1 loses what it can not hold, counts that, and holds up nothing', async () => {
    const database = await createDatabase();
    await using bot = await startBot({ database, commands: { ping: Ping }, env: { TELEMETRY_QUEUE_SIZE: '1' } });
    await until(() => container.telemetry.status().state === 'open');
    const sent = await drive(bot, times(30));
    for (let run = 0; run < 50; run += 1) {
      container.telemetry.track(ROLL, () => undefined);
      expectCountersToAddUp();
      expect(container.telemetry.status().queueLength).toBeLessThanOrEqual(1);
    }
    await settled();
    await allWritten();
    const { counters } = container.telemetry.status();
    expect(counters).toMatchObject({ made: 2 * (sent + 50), written: counters.made - counters.dropped, refused: 0 });
    expect(counters.written).toBeGreaterThan(0);
    expect(counters.dropped).toBeGreaterThan(0);
    await expectCountersInDatabase(database);
    expect((await container.telemetry.report()).quality.dropped).toBe(counters.dropped);
    expect(complaints(bot)).toEqual([expect.stringMatching(/^Warn Telemetry queue full: \d+ events dropped since the start/)]);
  });
});
