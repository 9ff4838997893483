import { expect, test } from '@jest/globals';
import { ERROR_TYPES } from '../../src/events/errorTypes.ts';
import { routeListeners } from '../../src/surfaces/api/routes.ts';
import { commandListeners } from '../../src/surfaces/discord/commands.ts';
import { interactionHandlerListeners } from '../../src/surfaces/discord/interactionHandlers.ts';
import { listenerErrorListener } from '../../src/surfaces/discord/listenerErrors.ts';
import { subcommandListeners } from '../../src/surfaces/discord/subcommands.ts';
import { taskListener } from '../../src/surfaces/tasks/scheduledTasks.ts';
import { DisabledTelemetry } from '../../src/telemetry/disabledTelemetry.ts';
import { readDocument } from '../support/repository.ts';
import { codeOf, namedTests } from '../support/testTitles.ts';

/** What is said of every surface, in this order. */
const FACTS = ['Measured', 'Begins', 'Ends', 'Event', 'Name', 'Leave out', 'Test'] as const;

interface Surface {
  readonly heading: string;
  readonly facts: Readonly<Record<(typeof FACTS)[number], string>>;
}

/** Names of the page's examples that look like error types and are none. */
const EXAMPLES = new Set(['alttpr_admin_reset', 'daily_race', 'ex_seed', 'games_twnhdu', 'seed_missing', 'select_menu']);

/** The page without its blocks of code. */
async function readPage(): Promise<string> {
  return (await readDocument('docs/instrumentation.md')).replaceAll(/^```.*?^```$/gms, '');
}

/** The sections that describe a surface: those that name an event. */
async function documented(): Promise<Surface[]> {
  const sections = (await readPage()).split(/^## /m).filter((section) => section.includes('\n- **Event:** '));
  return sections.map((section) => {
    const facts = [...section.matchAll(/^- \*\*([\w ]+):\*\* (.+(?:\n {2}.+)*)/gm)].map(([, name = '', text = '']) => [name, text]);
    const [heading = ''] = section.split('\n', 1);
    expect({ heading, facts: facts.map(([name]) => name) }).toEqual({ heading, facts: FACTS });
    return { heading, facts: Object.fromEntries(facts) };
  });
}

const isSapphireEvent = (word: string): boolean => /^[a-z]+[A-Z]\w+$/.test(word) || word === 'request';

const codeIn = (text: string): string[] => [...text.matchAll(/`([^`]+)`/g)].map(([, code = '']) => code);

test('the page names every event of Sapphire that the plugin listens to, and no other', async () => {
  const { runs } = new DisabledTelemetry('nothing is recorded here');
  const listeners = [
    ...commandListeners(runs),
    ...subcommandListeners(runs),
    ...interactionHandlerListeners(runs),
    listenerErrorListener(runs),
    ...routeListeners(runs),
    taskListener(runs)
  ];
  const heard = listeners.map(({ name }) => name.replace('sapphire-plugin-telemetry/', ''));
  const notPieces = ['possibleAutocompleteInteraction'];
  const words = (await documented()).flatMap(({ facts }) => codeIn(`${facts.Begins} ${facts.Ends}`));
  expect([...new Set(words.filter(isSapphireEvent))].toSorted()).toEqual([...new Set([...heard, ...notPieces])].toSorted());
});

test('each surface on the page is driven to every end there is by the test that it names, each by one of its own', async () => {
  const surfaces = await documented();
  expect(surfaces).toHaveLength(12);
  const driven = surfaces.flatMap(({ facts }) =>
    codeIn(facts.Event).flatMap((event) => namedTests(facts.Test).map((one) => ({ event, ...one })))
  );
  expect(driven).toHaveLength(13);
  expect(new Set(driven.map((one) => JSON.stringify(one)))).toHaveProperty('size', driven.length);
  for (const { event, ...named } of driven) {
    const name = event.replaceAll('.', String.raw`\.`).replaceAll(/<\w+>/g, String.raw`\w+`);
    // Of listeners only the errors are heard of.
    const ends = event === 'discord.listener_error.<name>' ? String.raw`\['denied', 'error', 'timeout'\]` : 'EVERY_END';
    const driving = new RegExp(String.raw`expect\(await endsOf\(database, '${name}'\)\)\.toEqual\(${ends}\)`);
    expect({ event, ...named, isDriven: driving.test(await codeOf(named)) }).toEqual({ event, ...named, isDriven: true });
  }
});

test('the page lists every error type of the plugin with its status, and names no other', async () => {
  const page = await readPage();
  const listed = [...page.matchAll(/^- `(\w+)` \((\w+)\): /gm)].map(([, type = '', status = '']) => [type, status]);
  expect(listed).toEqual(Object.entries(ERROR_TYPES));
  const named = codeIn(page).filter((word) => /^[a-z]+(?:_[a-z]+)+$/.test(word) && !EXAMPLES.has(word));
  expect(named.filter((word) => !Object.hasOwn(ERROR_TYPES, word))).toEqual([]);
});
