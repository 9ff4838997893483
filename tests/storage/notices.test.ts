import { expect, test } from '@jest/globals';
import { addDays } from '../../src/events/day.ts';
import type { Notice } from '../../src/schema/dictionary.ts';
import type { Store } from '../../src/store/store.ts';
import { onBothDatabases, sqliteDatabase, type TestDatabase } from '../support/databases.ts';
import { openThreadedStore } from '../support/openBotStore.ts';
import { noonOf, openTestStore, throughDay } from '../support/seedEvents.ts';
import { bytesOf } from '../support/sentinels.ts';

const TODAY = '2026-03-02';
const WEEK: Notice = { dayBucket: TODAY, kind: 'digest', name: 'week' };
const alert = (name: string, dayBucket = TODAY): Notice => ({ dayBucket, kind: 'alert', name });
const recovery = (name: string, dayBucket = TODAY): Notice => ({ dayBucket, kind: 'recovery', name });

/** The stores of so many processes. */
async function processes(database: TestDatabase, number: number): Promise<[Store, ...Store[]]> {
  const stores: [Store, ...Store[]] = [await openThreadedStore(database, noonOf(TODAY))];
  while (stores.length < number) stores.push(await openThreadedStore(database, noonOf(TODAY)));
  return stores;
}

/** Claims as a process does: what another one is in the way of is tried again. */
async function claim(store: Store, notice: Notice, seen = 0): Promise<boolean> {
  for (;;) {
    const claimed = await store.claimNotice(notice, seen).catch(() => undefined);
    if (claimed !== undefined) return claimed.isOurs;
  }
}

async function send(store: Store, notice: Notice): Promise<void> {
  expect(await claim(store, notice)).toBe(true);
  await store.settleNotice(notice);
}

/** What is stored, row after row, each with all of its columns. */
async function stored(database: TestDatabase): Promise<string[]> {
  const rows = await database.sql(
    'select cast(day_bucket as text) as day_bucket, kind, name, claim from telemetry_notices order by 1, 2, 3, 4'
  );
  const [first = {}] = await database.sql('select * from telemetry_notices limit 1');
  expect(Object.keys(first)).toEqual(['day_bucket', 'kind', 'name', 'claim']);
  return rows.map((row) => Object.values(row).join(' '));
}

onBothDatabases((createDatabase) => {
  test('of many that claim a notice at once one has it, and its row tells the day, the kind, the name and which claim it is, and no time', async () => {
    const database = await createDatabase();
    const stores = await processes(database, 4);
    const claimed = await Promise.all([...stores, ...stores].map((store) => claim(store, WEEK)));
    expect(claimed.filter(Boolean)).toHaveLength(1);
    expect(await stored(database)).toEqual([`${TODAY} digest week 1`]);
    const [store] = stores;
    expect(await claim(store, { ...WEEK, dayBucket: addDays(TODAY, 7) })).toBe(true);
    expect((await store.audit(30)).findings).toEqual(['telemetry_notices holds days that have not come yet']);
  });

  test('a notice that is not settled is claimed anew, by one of those who know of all its claims, and three times in all', async () => {
    const database = await createDatabase();
    const stores = await processes(database, 3);
    for (const seen of [0, 1, 2]) {
      const claimed = await Promise.all(stores.map((store) => claim(store, WEEK, seen)));
      expect(claimed.filter(Boolean)).toHaveLength(1);
    }
    const [store] = stores;
    for (const seen of [0, 1, 2, 3]) expect(await store.claimNotice(WEEK, seen)).toEqual({ notice: WEEK, isOurs: false, claims: 3 });
    expect(await stored(database)).toEqual([1, 2, 3].map((number) => `${TODAY} digest week ${number}`));
  });

  test('a notice that is settled is claimed by nobody, and one of a day with no claim is not claimed anew', async () => {
    const store = await openTestStore(await createDatabase(), TODAY);
    await send(store, WEEK);
    for (const seen of [0, 1, 2, 3]) expect(await claim(store, WEEK, seen)).toBe(false);
    expect(await store.claimNotice({ ...WEEK, dayBucket: addDays(TODAY, 1) }, 1)).toMatchObject({ isOurs: false, claims: 0 });
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

  test('ten recoveries a day are claimed in all, of alerts of two days', async () => {
    const store = await openTestStore(await createDatabase(), TODAY);
    const names = Array.from({ length: 20 }, (_, index) => `discord.generator.preset_${index}`);
    for (const [index, name] of names.entries()) expect(await claim(store, alert(name, addDays(TODAY, index < 10 ? -1 : 0)))).toBe(true);
    const claimed: boolean[] = [];
    for (const name of names) claimed.push(await claim(store, recovery(name)));
    expect(claimed.filter(Boolean)).toHaveLength(10);
  });

  test('an alert stands that was sent today or yesterday, until its recovery was', async () => {
    const store = await openTestStore(await createDatabase(), TODAY);
    const [old, yesterday] = [addDays(TODAY, -2), addDays(TODAY, -1)];
    await send(store, alert('discord.a.too_old', old));
    for (const name of ['discord.a.yesterday', 'discord.a.well', 'discord.a.again']) await send(store, alert(name, yesterday));
    for (const name of ['discord.a.well', 'discord.a.again']) await send(store, recovery(name, yesterday));
    for (const name of ['discord.a.again', 'provider.alttpr', 'provider.well', 'provider.unheard']) await send(store, alert(name));
    await send(store, recovery('provider.well'));
    // Nobody has heard of the one, nor that the other is well.
    await claim(store, alert('discord.a.unsent'));
    await claim(store, recovery('provider.unheard'));
    const standing = ['discord.a.again', 'discord.a.yesterday', 'provider.alttpr', 'provider.unheard'];
    expect((await store.standingAlerts(TODAY)).toSorted()).toEqual(standing);
    expect(await store.standingAlerts(addDays(TODAY, 3))).toEqual([]);
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
