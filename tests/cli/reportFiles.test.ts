import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { renderHtml } from '../../src/render/html/page.ts';
import { renderSvg } from '../../src/render/picture/picture.ts';
import type { UsageReport } from '../../src/reports/usageReport.ts';
import { onBothDatabases, sqliteDatabase, temporaryFolder } from '../support/databases.ts';
import { DONE, expectAllDone, FAILED, runAll, runCli, WRONG_USAGE } from '../support/runCli.ts';
import { openTestStore, seedEvents, writeEvents } from '../support/seedEvents.ts';
import { today } from './someEvents.ts';

onBothDatabases((createDatabase) => {
  test('report writes a page and a picture of the very figures that the JSON has, into files or to its output', async () => {
    const database = await createDatabase();
    const store = await openTestStore(database);
    await writeEvents(store, seedEvents({ seed: 5, today: today(), days: 12, runsPerDay: 30 }).events);
    const folder = await temporaryFolder();
    const file = (name: string): string => join(folder, name);
    const results = await runAll(
      [
        ['report', '5', '--json'],
        ['report', '5', '--html', file('a.html')],
        ['report', '5', '--html'],
        ['report', '5', '--svg', file('a.svg')],
        ['report', '5', '--png', file('a.png')],
        ['report', '5', '--png']
      ],
      database.env
    );
    expectAllDone(results);
    const [json, , page, , , png] = results.map(({ stdout }) => stdout);
    const report = JSON.parse(json ?? '') as UsageReport;
    expect(report.previous).not.toBe(null);
    expect(page).toBe(renderHtml(report));
    expect(await readFile(file('a.html'), 'utf8')).toBe(page);
    expect(await readFile(file('a.svg'), 'utf8')).toBe(renderSvg(report));
    expect((await readFile(file('a.png'))).subarray(1, 4).toString()).toBe('PNG');
    expect(png?.slice(1, 4)).toBe('PNG');
  });
});

test('a file that can not be written is named, a number that would be the name of one too, and a picture of less than a report is refused', async () => {
  const { env } = await sqliteDatabase();
  expect(await runCli(['migrate'], { env })).toMatchObject({ exitCode: DONE });
  const [nowhere, number, two, ...wholes] = await runAll(
    [
      ['report', '--html', '/nowhere/report.html'],
      ['report', '--html', '30'],
      ['report', '--html', '--png', 'report.png'],
      ['report', '--previous', '--png', 'report.png'],
      ['report', '--operation', 'discord.generator.preset', '--svg']
    ],
    env
  );
  expect(nowhere).toEqual({ exitCode: FAILED, stdout: '', stderr: "The file /nowhere/report.html can't be written: ENOENT\n" });
  expect(number).toEqual({ exitCode: WRONG_USAGE, stdout: '', stderr: expect.stringMatching(/write the days first, report 30 --html\n$/) });
  expect(two).toMatchObject({ exitCode: WRONG_USAGE, stdout: '' });
  for (const whole of wholes)
    expect(whole).toMatchObject({ exitCode: WRONG_USAGE, stdout: '', stderr: expect.stringMatching(/cannot be used with option/) });
});
