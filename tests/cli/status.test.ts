import { expect, test } from '@jest/globals';
import { onBothDatabases } from '../support/databases.ts';
import { DONE, runCli } from '../support/runCli.ts';
import { openTestStore, writeEvents } from '../support/seedEvents.ts';
import { daysAgo, someEvents, today } from './someEvents.ts';

onBothDatabases((createDatabase) => {
  test('status says what is stored and where, whether telemetry is on, and what it cannot know', async () => {
    const database = await createDatabase();
    const store = await openTestStore(database);
    await writeEvents(store, someEvents());
    await store.writeLosses([
      { dayBucket: '2026-01-01', id: 'c0a8012e-7d1f-4c55-9b7e-0f7d0a3b9f42', reason: 'queue_full', count: 1234 },
      { dayBucket: today(), id: 'c0a8012e-7d1f-4c55-9b7e-0f7d0a3b9f43', reason: 'refused', count: 1 }
    ]);
    // The files that were built, and not their bundle.
    const node = process.execPath;
    const { exitCode, stdout, stderr } = await runCli(['status'], { node, env: { ...database.env, TELEMETRY_RETENTION_DAYS: '1' } });
    expect({ exitCode, stderr }).toEqual({ exitCode: DONE, stderr: '' });
    expect(stdout.trim().split('\n')).toEqual([
      expect.stringMatching(/^Telemetry is off in these settings/),
      `Database: ${store.description}`,
      `Stored: 6 events, ${daysAgo(400)} to ${today()}`,
      'Known to be lost: 1,235',
      'Sampling: 1',
      'Retention: 1 day',
      expect.stringContaining('/telemetry status')
    ]);
  });
});
