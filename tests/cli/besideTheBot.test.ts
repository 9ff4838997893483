import { expect, test } from '@jest/globals';
import { onBothDatabases } from '../support/databases.ts';
import { seededRandom } from '../support/randomEvents.ts';
import { expectAllDone, runAll } from '../support/runCli.ts';
import { anEvent, openTestStore, writeEvents } from '../support/seedEvents.ts';
import { writeDuring } from '../support/writeDuring.ts';
import { countIn, someEvents, today } from './someEvents.ts';

onBothDatabases((createDatabase) => {
  test('everything works while another process writes, and nothing of what that wrote is lost', async () => {
    const database = await createDatabase();
    const store = await openTestStore(database);
    await writeEvents(store, someEvents());
    const random = seededRandom(13);
    const { result, written } = await writeDuring(
      store,
      () => [anEvent(random, { dayBucket: today() }), anEvent(random, { dayBucket: today() })],
      () => runAll([['report', '--json'], ['purge'], ['status'], ['purge'], ['migrate']], database.env)
    );
    expectAllDone(result);
    // The purge took three of the six that were there.
    expect(await countIn(database)).toBe(3 + written.length);
    expect(written.length).toBeGreaterThan(0);
  });
});
