import { readFile } from 'node:fs/promises';
import { expect, test } from '@jest/globals';
import { ERROR_TYPES } from '../src/events/errorTypes.ts';
import { routeListeners } from '../src/surfaces/api/routes.ts';
import { commandListeners } from '../src/surfaces/discord/commands.ts';
import { interactionHandlerListeners } from '../src/surfaces/discord/interactionHandlers.ts';
import { listenerErrorListener } from '../src/surfaces/discord/listenerErrors.ts';
import { subcommandListeners } from '../src/surfaces/discord/subcommands.ts';
import { taskListeners } from '../src/surfaces/tasks/scheduledTasks.ts';

interface Documented {
  readonly event: string;
  readonly when: string;
  readonly ends: string;
  readonly driver: string;
}

const read = (path: string): Promise<string> => readFile(new URL(`../${path}`, import.meta.url), 'utf8');

/** The rows of the table in docs/instrumentation.md. */
async function documented(): Promise<Documented[]> {
  const lines = (await read('docs/instrumentation.md')).split('\n').filter((line) => line.startsWith('| `'));
  return lines.map((line) => {
    const [event = '', when = '', , ends = '', driver = ''] = line.slice(1, -1).split(' | ');
    return { event, when, ends, driver };
  });
}

const isEvent = (word: string): boolean => /^[a-z]+[A-Z]\w+$/.test(word) || word === 'request';

const codeIn = (text: string): string[] => [...text.matchAll(/`([^`]+)`/g)].map(([, code = '']) => code);

test('the table of what is measured names every event that the plugin listens to, and no other', async () => {
  const listeners = [
    ...commandListeners,
    ...subcommandListeners,
    ...interactionHandlerListeners,
    listenerErrorListener,
    ...taskListeners,
    ...routeListeners
  ];
  const heard = listeners.map(({ name }) => name.replace('telemetry', '').replace(/^./, (first) => first.toLowerCase()));
  const notPieces = ['possibleAutocompleteInteraction'];
  const words = (await documented()).flatMap(({ when, ends }) => codeIn(`${when} ${ends}`));
  const methods = new Set(['autocompleteRun', 'rollSeed', 'generateSeed', 'exCommand']);
  expect([...new Set(words.filter(isEvent))].filter((word) => !methods.has(word)).toSorted()).toEqual(
    [...new Set([...heard, ...notPieces])].toSorted()
  );
});

test('each row of the table is driven by the test that it names, to every end there is', async () => {
  const rows = await documented();
  expect(rows).toHaveLength(13);
  const driven: string[] = [];
  for (const { event, driver } of rows) {
    const [pattern = ''] = codeIn(event);
    const name = pattern.replaceAll('.', String.raw`\.`).replaceAll(/<\w+>/g, String.raw`\w+`);
    const [file = ''] = codeIn(driver);
    // Of listeners only the errors are heard of.
    const ends = pattern === 'discord.listener.<name>' ? String.raw`\['denied', 'error', 'timeout'\]` : 'EVERY_END';
    const expected = new RegExp(String.raw`endsOf\(database, '${name}'\)\).toEqual\(${ends}\)`, 'g');
    const left = [...(await read(file)).matchAll(expected)].length - driven.filter((one) => one === `${file} ${pattern}`).length;
    expect({ event, file, isDriven: left > 0 }).toMatchObject({ isDriven: true });
    driven.push(`${file} ${pattern}`);
  }
});

test('the error types that the page names are those of the plugin', async () => {
  const page = await read('docs/instrumentation.md');
  const named = codeIn(page).filter((word) => /^[a-z]+(?:_[a-z]+)+$/.test(word) && !['ex_seed', 'run_start'].includes(word));
  expect(named.filter((word) => !Object.hasOwn(ERROR_TYPES, word))).toEqual([]);
});
