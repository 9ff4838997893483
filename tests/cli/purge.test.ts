import { expect, test } from '@jest/globals';
import { onBothDatabases } from '../support/databases.ts';
import { seededRandom } from '../support/randomEvents.ts';
import { DONE, expectAllDone, FAILED, runAll, runCli, WRONG_USAGE } from '../support/runCli.ts';
import { anEvent, hexOf, openTestStore, writeEvents } from '../support/seedEvents.ts';
import { countIn, daysAgo, someEvents, today } from './someEvents.ts';

onBothDatabases((createDatabase) => {
  test('purge deletes what the retention does not keep, and its dry run says so without deleting', async () => {
    const database = await createDatabase();
    await writeEvents(await openTestStore(database), someEvents());

    const dry = await runCli(['purge', '--dry-run'], database);
    expect(dry).toMatchObject({ exitCode: DONE, stderr: '' });
    expect(dry.stdout).toContain(`Would delete the events of ${daysAgo(30)} and before, and those dated later than ${daysAgo(-2)}: 3\n`);
    expect(await countIn(database)).toBe(6);

    const purged = await runCli(['purge'], { env: { ...database.env, TELEMETRY_RETENTION_DAYS: '31' } });
    expect(purged).toMatchObject({ exitCode: DONE, stderr: '' });
    expect(purged.stdout).toBe(
      [
        `Before: 6 events, ${daysAgo(400)} to ${today()}`,
        `Deleted the events of ${daysAgo(31)} and before, and those dated later than ${daysAgo(-2)}: 2`,
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

onBothDatabases((createDatabase) => {
  test('four processes that purge at once delete every old row once among them', async () => {
    const database = await createDatabase();
    const random = seededRandom(40);
    const days = Array.from({ length: 40 }, (_, ago) => daysAgo(ago));
    const store = await openTestStore(database);
    // More of a day than one statement deletes.
    for (const dayBucket of days) {
      const events = Array.from({ length: 2_500 }, () => anEvent(random, { dayBucket, guildHash: hexOf(random, 64) }));
      await writeEvents(store, events);
    }
    const results = await runAll(
      Array.from({ length: 4 }, () => ['purge']),
      database.env
    );
    expectAllDone(results);
    const deleted = results.map(({ stdout }) => Number(/^Deleted .*: ([\d,]+)$/m.exec(stdout)?.[1]?.replaceAll(',', '')));
    expect(deleted.reduce((sum, of) => sum + of, 0)).toBe(10 * 2_500);
    expect(await store.totals()).toEqual({ events: 30 * 2_500, oldestDay: daysAgo(29), newestDay: today() });
  });
});

/** Variables of a process whose clock is so many days ahead. */
const daysAhead = (days: number): Record<string, string> => {
  const program = `const now = Date.now; Date.now = () => now() + ${days} * 86400000`;
  return { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(program)}` };
};

onBothDatabases((createDatabase) => {
  test('purge and status say that the clock may be wrong; only --force deletes by it', async () => {
    const database = await createDatabase();
    await writeEvents(await openTestStore(database), someEvents());
    const env = { ...database.env, ...daysAhead(40) };
    const [refused, status] = await runAll([['purge'], ['status']], env);
    expect(refused).toMatchObject({ exitCode: FAILED, stdout: '' });
    expect(refused?.stderr).toMatch(
      new RegExp(`^Nothing was purged: the clock of this machine says ${daysAgo(-40)}, (and|but) .* ${today()}\\. .*purge --force`)
    );
    expect(status?.stdout).toContain(`A purge would wait: the clock of this machine says ${daysAgo(-40)}, `);
    expect(await countIn(database)).toBe(6);
    expect(await runCli(['purge', '--force'], { env })).toMatchObject({ exitCode: DONE, stderr: '' });
    expect(await countIn(database)).toBe(0);
  });
});
