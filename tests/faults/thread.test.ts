import { expect, test } from '@jest/globals';
import { ROLL, startTelemetry } from '../support/handClock.ts';
import { until } from '../support/bot.ts';
import { outcomes } from '../support/databases.ts';

/** So many different names, far more than the plugin lets through, that a report of them does not fit into the memory of the thread. */
const NAMES = 200_000;

test('a thread that runs out of memory is started anew, and takes what waited', async () => {
  await using started = await startTelemetry();
  const { telemetry, database, log } = started;
  telemetry.track(ROLL, () => undefined);
  await telemetry.flush();
  await database.sql(`insert into telemetry_events
    with recursive number(n) as (select 1 union all select n + 1 from number where n < ${NAMES})
    select '${started.clock.day}', format('%08x-0000-4000-8000-000000000000', n), 'discord.too.many_' || n || '.invoke', 'discord', 'too', 'invoke', 'ok',
      null, null, null, null, 1 from number`);
  await expect(telemetry.report()).rejects.toThrow('the thread of SQLite ended');
  telemetry.track(ROLL, () => undefined);
  await until(() => telemetry.flush());
  await database.sql("delete from telemetry_events where feature = 'too'");
  expect(await outcomes(database)).toEqual({ 'discord.seeds.roll': { runs: 2, ok: 2, failed: 0 } });
  expect(telemetry.status().threadRestarts).toBeGreaterThan(0);
  expect(log).toContainEqual(expect.stringMatching(/the thread of SQLite ended/));
  expect((await telemetry.report()).events).toBe(4);
});
