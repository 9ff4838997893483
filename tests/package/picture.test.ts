import { execFile } from 'node:child_process';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { DONE, FAILED } from '../support/runCli.ts';
import { bareEnvironment } from '../support/botEnvironment.ts';
import { sqliteDatabase, type TestDatabase } from '../support/databases.ts';
import { reportOf } from '../support/madeReports.ts';
import { linkBot } from '../support/packageCopies.ts';

const PACKAGE = 'node_modules/sapphire-plugin-telemetry';
const CLI_MS = 60_000;

/** Makes a picture with one of the builds of the package, and prints how it begins, or why there is none. */
const PROGRAMS = {
  ESM: `const { renderPng } = await import('./${PACKAGE}/dist/esm/render/picture/png.js');`,
  CommonJS: `const { renderPng } = (await import('node:module')).createRequire(process.cwd() + '/')('./${PACKAGE}/dist/cjs/render/picture/png.cjs');`
};
const PRINT = `
import { readFileSync } from 'node:fs';
const report = JSON.parse(readFileSync('report.json', 'utf8'));
try {
  console.log(Buffer.from(await renderPng(report)).subarray(1, 4).toString());
} catch ({ name, message }) {
  console.log(name, message);
}`;

describe.each([
  { kind: 'with', isInstalled: true, exitCode: DONE, built: /^PNG\n$/, told: /^$/, begins: /^PNG$/ },
  {
    kind: 'without',
    isInstalled: false,
    exitCode: FAILED,
    built: /^NoPictureError .*npm install @resvg\/resvg-js\n$/,
    told: /^There is no picture: .*npm install @resvg\/resvg-js\n$/,
    begins: /ENOENT/
  }
])('$kind @resvg/resvg-js', ({ isInstalled, exitCode, built, told, begins }) => {
  let bot: string;
  let database: TestDatabase;
  beforeAll(async () => {
    [bot, database] = await Promise.all([linkBot('esmBot'), sqliteDatabase()]);
    if (!isInstalled) await rm(join(bot, 'node_modules/@resvg'));
    await writeFile(join(bot, 'report.json'), JSON.stringify(reportOf()));
  });

  const run = async (...args: readonly string[]): Promise<{ exitCode: unknown; stderr: string; stdout: string }> => {
    const env = { ...bareEnvironment(), ...database.env };
    const outcome = await promisify(execFile)(process.execPath, [...args], { cwd: bot, env }).catch((error: unknown) => error);
    const { code = DONE, stderr, stdout } = outcome as { code?: number; stderr: string; stdout: string };
    return { exitCode: code, stderr, stdout };
  };

  test.each(Object.entries(PROGRAMS))('the build for %s makes the picture, or says what is missing', async (_, load) => {
    const { stdout } = await run('--input-type=module', '--eval', load + PRINT);
    expect(stdout).toMatch(built);
  });

  test(
    'the command line writes page and SVG, and the PNG or what is missing',
    async () => {
      const report = (...args: readonly string[]): ReturnType<typeof run> => run(`${PACKAGE}/dist/esm/cli/main.js`, 'report', ...args);
      expect(await run(`${PACKAGE}/dist/esm/cli/main.js`, 'migrate')).toMatchObject({ exitCode: DONE });
      const [page, svg, png] = await Promise.all([report('--html', 'a.html'), report('--svg', 'a.svg'), report('--png', 'a.png')]);
      expect([page, svg]).toEqual([page, svg].map(() => ({ exitCode: DONE, stdout: '', stderr: '' })));
      expect(await readFile(join(bot, 'a.html'), 'utf8')).toMatch(/^<!doctype html>/);
      expect(await readFile(join(bot, 'a.svg'), 'utf8')).toMatch(/^<svg .*@font-face/);
      expect(png).toEqual({ exitCode, stdout: '', stderr: expect.stringMatching(told) });
      expect(await readFile(join(bot, 'a.png')).then((bytes) => bytes.subarray(1, 4).toString(), String)).toMatch(begins);
    },
    CLI_MS
  );
});
