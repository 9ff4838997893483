import { expect, test } from '@jest/globals';
import { renderCsv } from '../../src/render/csv.ts';
import { renderJson } from '../../src/render/json.ts';
import { renderText } from '../../src/render/text.ts';
import { readReport } from '../../src/reports/readReport.ts';
import { onBothDatabases } from '../support/databases.ts';
import { DONE, runAll } from '../support/runCli.ts';
import { openTestStore, writeEvents } from '../support/seedEvents.ts';
import { someEvents, today } from './someEvents.ts';

onBothDatabases((createDatabase) => {
  test('report tells what the bot itself reports, of any days and any surface, as text, JSON or CSV, without a salt', async () => {
    const database = await createDatabase();
    const store = await openTestStore(database);
    await writeEvents(store, someEvents());
    const results = await runAll(
      [
        ['report'],
        ['report', '1', '--json'],
        ['report', '--csv', '40'],
        ['report', '9', '--surface', 'racetime', '--json'],
        ['report', '--surface', 'api']
      ],
      database.env
    );
    const reportOf = (options: Parameters<typeof readReport>[2]): ReturnType<typeof readReport> => readReport(store, today(), options);
    expect(results).toEqual(
      [
        renderText(await reportOf({ days: 7 })),
        renderJson(await reportOf({ days: 1 })),
        renderCsv(await reportOf({ days: 40 })),
        renderJson(await reportOf({ days: 9, surface: 'racetime' })),
        renderText(await reportOf({ days: 7, surface: 'api' }))
      ].map((stdout) => ({ exitCode: DONE, stdout, stderr: '' }))
    );
    expect(JSON.parse(results[3]?.stdout ?? '')).toMatchObject({ events: 1, surface: 'racetime' });
  });
});
