import { expect, test } from '@jest/globals';
import { addDays } from '../../src/events/day.ts';
import type { Notice } from '../../src/schema/dictionary.ts';
import type { Store } from '../../src/store/store.ts';
import { onBothDatabases, sqliteDatabase, type TestDatabase } from '../support/databases.ts';
import { openTestStore, throughDay } from '../support/seedEvents.ts';
import { bytesOf } from '../support/sentinels.ts';

const TODAY = '2026-03-02';
const WEEK: Notice = { dayBucket: TODAY, kind: 'digest', name: 'week' };
const alert = (name: string, dayBucket = TODAY): Notice => ({ dayBucket, kind: 'alert', name });
const recovery = (name: string, dayBucket = TODAY): Notice => ({ dayBucket, kind: 'recovery', name });

/** The stores of so many processes. */
async function processes(database: TestDatabase, number: number): Promise<[Store, ...Store[]]> {
  const stores: [Store, ...Store[]] = [await openTestStore(database, TODAY)];
  while (stores.length < number) stores.push(await openTestStore(database, TODAY));
  return stores;
}

/** Claims as a process does: what another one is in the way of is tried again. */
async function claim(store: Store, notice: Notice): Promise<boolean> {
  for (;;) {
    const isClaimed = await store.claimNotice(notice).catch(() => undefined);
    if (isClaimed !== undefined) return isClaimed;
  }
}

/** What is stored, row after row, each with all of its columns. */
async function stored(database: TestDatabase): Promise<string[]> {
  const rows = await database.sql('select cast(day_bucket as text) as day_bucket, kind, name from telemetry_notices order by 1, 2, 3');
  expect(Object.keys((await database.sql('select * from telemetry_notices limit 1'))[0] ?? {})).toEqual(['day_bucket', 'kind', 'name']);
  return rows.map((row) => Object.values(row).join(' '));
}

onBothDatabases((createDatabase) => {
  test('of many that claim a notice at once one has it, and its row tells the day, the kind and the name, and no time', async () => {
    const database = await createDatabase();
    const stores = await processes(database, 4);
    const claimed = await Promise.all([...stores, ...stores].map((store) => claim(store, WEEK)));
    expect(claimed.filter(Boolean)).toHaveLength(1);
    expect(await stored(database)).toEqual([`${TODAY} digest week`]);
    const [store] = stores;
    expect(await claim(store, { ...WEEK, dayBucket: addDays(TODAY, 7) })).toBe(true);
    expect((await store.audit(30)).findings).toEqual(['telemetry_notices holds days that have not come yet']);
  });

  test('ten alerts a day are claimed in all, however many processes claim, and digests and recoveries besides', async () => {
    const database = await createDatabase();
    const stores = await processes(database, 2);
    const names = Array.from({ length: 15 }, (_, index) => `discord.generator.preset_${index}`);
    const claimed = await Promise.all(
      names.flatMap((name) => stores.map(async (store) => ((await claim(store, alert(name))) ? [name] : [])))
    );
    const sent = claimed.flat();
    expect(new Set(sent).size).toBe(10);
    expect(sent).toHaveLength(10);
    const [store] = stores;
    expect(await claim(store, WEEK)).toBe(true);
    for (const name of names)
      expect({ name, isClaimed: await claim(store, recovery(name)) }).toEqual({ name, isClaimed: sent.includes(name) });
    expect(await claim(store, alert(names[0] ?? '', addDays(TODAY, 1)))).toBe(true);
    expect(await stored(database)).toHaveLength(10 + 1 + 10 + 1);
  });

  test('a recovery is claimed once, on the day of its alert or the one after', async () => {
    const database = await createDatabase();
    const store = await openTestStore(database, TODAY);
    const name = 'provider.sm.samus.link';
    expect(await claim(store, recovery(name))).toBe(false);
    await claim(store, alert(name));
    expect(await claim(store, recovery('discord.generator.sm'))).toBe(false);
    expect(await claim(store, recovery(name, addDays(TODAY, 2)))).toBe(false);
    for (const day of [TODAY, addDays(TODAY, 1)])
      expect([await claim(store, recovery(name, day)), await claim(store, recovery(name, day))]).toEqual([true, false]);
  });
});

test('of notices that are purged nothing is left in the files of SQLite', async () => {
  const database = await sqliteDatabase();
  const store = await openTestStore(database, TODAY);
  for (const ago of [40, 0]) await claim(store, alert(`discord.generator.of_${ago}_days_ago`, addDays(TODAY, -ago)));
  expect(await bytesOf(database)).toContain('of_40_days_ago');
  expect((await store.purge(throughDay(addDays(TODAY, -30)))).isWiped).toBe(true);
  const bytes = await bytesOf(database);
  expect([bytes.includes('of_40_days_ago'), bytes.includes('of_0_days_ago')]).toEqual([false, true]);
});
