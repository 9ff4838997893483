import { expect, test } from '@jest/globals';
import { onBothDatabases } from '../support/databases.ts';
import { DONE, runAll, runCli, WRONG_USAGE } from '../support/runCli.ts';
import { openTestStore, writeEvents } from '../support/seedEvents.ts';
import { countIn, daysAgo, someEvents, today } from './someEvents.ts';

onBothDatabases((createDatabase) => {
  test('purge deletes what the retention does not keep, and its dry run says so without deleting', async () => {
    const database = await createDatabase();
    await writeEvents(await openTestStore(database), someEvents());

    const dry = await runCli(['purge', '--dry-run'], database);
    expect(dry).toMatchObject({ exitCode: DONE, stderr: '' });
    expect(dry.stdout).toContain(`Would delete the events of ${daysAgo(30)} and before: 3\n`);
    expect(await countIn(database)).toBe(6);

    const purged = await runCli(['purge'], { env: { ...database.env, TELEMETRY_RETENTION_DAYS: '31' } });
    expect(purged).toMatchObject({ exitCode: DONE, stderr: '' });
    expect(purged.stdout).toBe(
      [
        `Before: 6 events, ${daysAgo(400)} to ${today()}`,
        `Deleted the events of ${daysAgo(31)} and before: 2`,
        `After: 4 events, ${daysAgo(30)} to ${today()}\n`
      ].join('\n')
    );
    expect(await countIn(database)).toBe(4);
  });

  test('purge --all deletes everything with --yes, and nothing where no one can be asked', async () => {
    const database = await createDatabase();
    await writeEvents(await openTestStore(database), someEvents());

    const [refused, dry] = await runAll(
      [
        ['purge', '--all'],
        ['purge', '--all', '--dry-run']
      ],
      database.env
    );
    expect(refused).toMatchObject({ exitCode: WRONG_USAGE, stdout: '', stderr: expect.stringContaining('--yes') });
    expect(dry).toMatchObject({ exitCode: DONE, stdout: expect.stringContaining('Would delete all events: 6') });
    expect(await countIn(database)).toBe(6);

    const done = await runCli(['purge', '--all', '--yes'], database);
    expect(done).toMatchObject({
      exitCode: DONE,
      stderr: '',
      stdout: expect.stringContaining('Deleted all events: 6\nAfter: no events\n')
    });
    expect(await countIn(database)).toBe(0);
  });
});
