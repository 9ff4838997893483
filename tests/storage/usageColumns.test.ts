import { expect, test } from '@jest/globals';
import { addDays } from '../../src/events/day.ts';
import type { Usage } from '../../src/store/store.ts';
import { sqliteDatabase } from '../support/databases.ts';
import { TODAY } from '../support/madeReports.ts';
import { openThreadedStore } from '../support/openBotStore.ts';
import { noonOf, openTestStore, seedEvents, writeEvents } from '../support/seedEvents.ts';

/** With its rows as lists. */
function listed({ counts, spans, ...rest }: Usage): object {
  return { ...rest, counts: [...counts], spans: spans.map(({ durations, ...span }) => ({ ...span, durations: [...durations] })) };
}

test('what is read for a report comes through the thread of SQLite as it is', async () => {
  const database = await sqliteDatabase();
  const store = await openTestStore(database, TODAY);
  await writeEvents(store, seedEvents({ seed: 12, today: TODAY, days: 9, runsPerDay: 50 }).events);
  await store.rollUp();
  const threaded = await openThreadedStore(database, noonOf(TODAY));
  for (const days of [4, 30]) {
    const spans = [
      { from: addDays(TODAY, -2 * days), to: addDays(TODAY, -days - 1) },
      { from: addDays(TODAY, -days), to: TODAY }
    ];
    const read = await store.usage({ spans });
    expect([...read.counts].length).toBeGreaterThan(50);
    expect([...(read.spans[1]?.durations ?? [])].length).toBeGreaterThan(15);
    expect(listed(await threaded.usage({ spans }))).toEqual(listed(read));
  }
  expect(listed(await threaded.usage({ spans: [{ from: '2020-01-01', to: '2020-01-02' }] }))).toMatchObject({
    counts: [],
    spans: [{ durations: [], guilds: 0 }]
  });
});
