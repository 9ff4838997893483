import { expect, test } from '@jest/globals';
import { loadProblem } from '../../src/telemetry/loadProblem.ts';

const failed = (message: string, code?: string): Error => Object.assign(new Error(message), code !== undefined && { code });

test.each([
  [
    failed("Cannot find package '@mikro-orm/sql' imported from /srv/bot/hunter2/index.js", 'ERR_MODULE_NOT_FOUND'),
    /package @mikro-orm\/sql was not found: install/
  ],
  [
    failed("sapphire-plugin-telemetry tried to access kysely, but it isn't declared in its dependencies\nhunter2", 'MODULE_NOT_FOUND'),
    /package kysely was not found: install/
  ],
  [failed("Cannot find module '/srv/hunter2/a.js'", 'ERR_MODULE_NOT_FOUND'), /package of it was not found: install/],
  [failed('Dynamic require of "events" is not supported'), /can't require the module events: see docs\/bundling\.md/],
  [failed('hunter2', 'ERR_DLOPEN_FAILED'), /failed to load \(ERR_DLOPEN_FAILED\)/],
  [undefined, /failed to load \(no code\)/]
])('modules that do not load are told by their cause, with what to do, and nothing else: %s', (error, told) => {
  const problem = loadProblem(error);
  expect(problem).toMatch(told);
  expect(problem).not.toMatch(/hunter2|Node \d/);
});

test.each(['20.19.1', '22.16.0'])('Node %s is told that it is too old, whatever did not load', (node) => {
  expect(loadProblem(failed("Cannot find package 'pg'", 'ERR_MODULE_NOT_FOUND'), node)).toBe(
    `its modules need Node 22.17 or newer, and ${node} runs`
  );
});
