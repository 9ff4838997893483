import { expect, test } from '@jest/globals';
import { addDays } from '../../src/events/day.ts';
import type { Store } from '../../src/store/store.ts';
import { sqliteDatabase } from '../support/databases.ts';
import { openThreadedStore } from '../support/openBotStore.ts';
import { randomEvents, seededRandom } from '../support/randomEvents.ts';
import { noonOf, openTestStore } from '../support/seedEvents.ts';

const TODAY = '2026-03-03';
const DAYS = Array.from({ length: 6 }, (_, ago) => addDays(TODAY, -ago));
const ROUNDS = 100;

/** Makes the tables of all days and drops them, again and again. */
async function makeAndDrop(store: Store, isOver: () => boolean): Promise<number> {
  const random = seededRandom(6);
  let dropped = 0;
  while (!isOver()) {
    try {
      await store.write(randomEvents(random, DAYS, 30));
      await store.claimNotice({ dayBucket: TODAY, kind: 'alert', name: 'discord.generator.preset' });
      await store.purge();
      dropped += 1;
    } catch {
      // The other one is in the way: it is tried again, as a bot does.
    }
  }
  return dropped;
}

test('while another process drops the tables of days and makes them anew, one reads, verifies and writes on', async () => {
  const database = await sqliteDatabase();
  const store = await openTestStore(database, TODAY, 'a'.repeat(64));
  let isOver = false;
  const other = makeAndDrop(await openThreadedStore(database, noonOf(TODAY)), () => isOver);
  const random = seededRandom(7);
  try {
    for (let round = 0; round < ROUNDS; round += 1) {
      expect((await store.audit(30)).findings).toEqual([]);
      await store.totals();
      await store.standingAlerts(TODAY);
      await store.usage({ spans: [{ from: DAYS.at(-1) ?? TODAY, to: TODAY }] });
      await store.write(randomEvents(random, [TODAY], 5));
    }
  } finally {
    isOver = true;
  }
  expect(await other).toBeGreaterThan(0);
});
