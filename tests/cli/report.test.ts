import { spawnSync } from 'node:child_process';
import { stripVTControlCharacters } from 'node:util';
import { expect, test } from '@jest/globals';
import { renderCsv } from '../../src/render/csv.ts';
import { renderHtml } from '../../src/render/html/page.ts';
import { renderJson } from '../../src/render/json.ts';
import { findOperation } from '../../src/render/operationSections.ts';
import { renderText } from '../../src/render/text.ts';
import { readReport } from '../../src/reports/readReport.ts';
import { bareEnvironment } from '../support/botEnvironment.ts';
import { onBothDatabases, sqliteDatabase } from '../support/databases.ts';
import { COMMAND_LINE } from '../support/repository.ts';
import { DONE, expectAllDone, runAll, WRONG_USAGE } from '../support/runCli.ts';
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
        ['report', '1', '--json', '--previous'],
        ['report', '--csv', '--previous', '40'],
        ['report', '9', '--surface', 'racetime', '--json'],
        ['report', '--surface', 'api'],
        ['report', '9', '--previous'],
        ...[[], ['--csv'], ['--json'], ['--html']].map((format) => ['report', '9', '--operation', 'racetime.rooms.open', ...format]),
        ['report', '9', '--previous', '--html'],
        ['report', '9', '--operation', 'racetime.rooms.shut']
      ],
      database.env
    );
    const reportOf = (options: Parameters<typeof readReport>[2]): ReturnType<typeof readReport> =>
      readReport(store, today(), { retentionDays: 30, ...options });
    const nineDays = await reportOf({ days: 9 });
    const operation = findOperation(nineDays, 'racetime.rooms.open');
    const wrong = results.pop();
    expect(results).toEqual(
      [
        renderText(await reportOf({ days: 7 })),
        renderJson(await reportOf({ days: 1 })),
        renderCsv(await reportOf({ days: 40 })),
        renderJson(await reportOf({ days: 9, surface: 'racetime' })),
        renderText(await reportOf({ days: 7, surface: 'api' })),
        renderText(nineDays, { withPrevious: true }),
        ...[renderText, renderCsv, renderJson, renderHtml].map((render) => render(nineDays, { operation })),
        renderHtml(nineDays, { withPrevious: true })
      ].map((stdout) => ({ exitCode: DONE, stdout, stderr: '' }))
    );
    expect(wrong).toMatchObject({ exitCode: WRONG_USAGE, stdout: '' });
    expect(wrong?.stderr).toBe('No such operation ran in these days. The most used are racetime.rooms.open\n');
    expect(results[5]?.stdout).toContain('runs before');
    expect(JSON.parse(results[3]?.stdout ?? '')).toMatchObject({ events: 1, surface: 'racetime' });
  });
});

test('report has colours on a terminal, unless NO_COLOR is set or the terminal has none', async () => {
  const { env } = await sqliteDatabase();
  expectAllDone(await runAll([['migrate']], env));
  // `script` runs a command on a terminal of its own.
  const onTerminal = (more: Readonly<Record<string, string>>): string =>
    spawnSync('script', ['-qec', `"${process.execPath}" "${COMMAND_LINE}" report`, '/dev/null'], {
      env: { ...bareEnvironment(), TERM: 'xterm-256color', NODE_NO_WARNINGS: '1', ...env, ...more },
      encoding: 'utf8'
    }).stdout.replaceAll('\r\n', '\n');
  const coloured = onTerminal({});
  expect(coloured).toContain('\u001B[1mUsage of today so far');
  for (const more of [{ NO_COLOR: '1' }, { NO_COLOR: '1', FORCE_COLOR: '3' }, { TERM: 'dumb' }])
    expect(onTerminal(more)).toBe(stripVTControlCharacters(coloured));
  const [piped] = await runAll([['report']], { ...env, FORCE_COLOR: '3' });
  expect(piped?.stdout).toBe(stripVTControlCharacters(coloured));
});
