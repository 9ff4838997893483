import { expect, test } from '@jest/globals';
import { Command, container, InteractionHandler, InteractionHandlerTypes } from '@sapphire/framework';
import type { AutocompleteInteraction } from 'discord.js';
import { settled, startBot, until, type TestBot } from '../../support/bot.ts';
import { endsOf, EVERY_END, onBothDatabases, outcomes, sqliteDatabase, type TestDatabase } from '../../support/databases.ts';
import { terminalEvents } from '../terminalEvents.ts';

const broken = new TypeError('no choices');

/** Completes as is typed. */
class Roll extends Command {
  constructor(context: Command.LoaderContext, options: Command.Options) {
    super(context, {
      ...options,
      fullCategory: ['generator'],
      telemetry: { provider: 'alttpr', subcommands: { preset: { operation: 'preset' }, quiet: false } }
    });
  }
  override registerApplicationCommands(): void {}
  override autocompleteRun(interaction: AutocompleteInteraction): Promise<void> {
    const typed = interaction.options.getFocused();
    // Before anything is waited for.
    if (typed.includes('annotate')) this.container.telemetry.run(interaction).annotate({ provider: 'samus.link' });
    if (typed.includes('at once')) throw broken;
    return this.#complete(interaction, typed);
  }
  async #complete(interaction: AutocompleteInteraction, typed: string): Promise<void> {
    if (typed.includes('throw')) throw broken;
    if (typed.includes('fail')) this.container.telemetry.run(interaction).fail('not_found');
    if (typed.includes('refuse')) this.container.telemetry.run(interaction).fail('permission_denied');
    if (typed.includes('timeout')) throw new DOMException('The operation timed out', 'TimeoutError');
    if (typed.includes('endless')) await new Promise(() => undefined);
    await interaction.respond([{ name: typed, value: typed }]);
  }
}

class Secret extends Command {
  constructor(context: Command.LoaderContext, options: Command.Options) {
    super(context, { ...options, telemetry: false });
  }
  override registerApplicationCommands(): void {}
  override async autocompleteRun(interaction: AutocompleteInteraction): Promise<void> {
    await interaction.respond([]);
  }
}

/** Leaves its completion to a handler. */
class Race extends Command {
  override registerApplicationCommands(): void {}
}

class Racers extends InteractionHandler {
  constructor(context: InteractionHandler.LoaderContext, options: InteractionHandler.Options) {
    super(context, { ...options, interactionHandlerType: InteractionHandlerTypes.Autocomplete });
  }
  override parse(interaction: AutocompleteInteraction) {
    if (interaction.options.getFocused().includes('unreadable')) throw broken;
    return interaction.commandName === 'race' ? this.some() : this.none();
  }
  override async run(interaction: AutocompleteInteraction): Promise<void> {
    await interaction.respond([{ name: 'one', value: 'one' }]);
  }
}

const startCompletingBot = (database: TestDatabase, telemetry: object | undefined): Promise<TestBot> =>
  startBot({
    database,
    commands: { roll: Roll, secret: Secret, race: Race },
    pieces: [{ store: 'interaction-handlers', name: 'racers', piece: Racers }],
    client: telemetry === undefined ? {} : { telemetry }
  });

const type = ({ discord }: TestBot, command: string, value: string, subcommand?: string) =>
  discord.autocomplete({ command, focused: { name: 'name', value }, timeoutMs: 400, ...(subcommand !== undefined && { subcommand }) });

async function typeEverything(bot: TestBot): Promise<unknown[]> {
  const replies = await Promise.all([
    ...['open', 'throw', 'at once', 'timeout', 'fail', 'refuse', 'annotate'].map((value) => type(bot, 'roll', value)),
    ...['preset', 'quiet'].map((subcommand) => type(bot, 'roll', 'open', subcommand)),
    ...['one', 'unreadable'].map((value) => type(bot, 'race', value)),
    type(bot, 'secret', 'one'),
    // Neither a command of that name nor a handler.
    type(bot, 'nowhere', 'one')
  ]);
  return replies.map((reply) => reply?.choices);
}

/** What `typeEverything` leaves where completions are measured. */
const OUTCOMES = {
  'discord.generator.roll_autocomplete': { runs: 7, ok: 2, failed: 5 },
  'discord.generator.preset_autocomplete': { runs: 1, ok: 1, failed: 0 },
  'discord.racers.autocomplete': { runs: 2, ok: 1, failed: 1 }
};

onBothDatabases((createDatabase) => {
  test('completions are counted by command and subcommand once the bot asks for it, and none of them is left open', async () => {
    const database = await createDatabase();
    await using bot = await startCompletingBot(database, { autocomplete: true });
    await typeEverything(bot);
    await settled();
    expect(await outcomes(database)).toEqual(OUTCOMES);
    expect(await endsOf(database, 'discord.generator.roll_autocomplete')).toEqual(EVERY_END);
    const ended = (await terminalEvents(database)).filter(({ feature }) => feature === 'generator');
    expect(ended.map((row) => [row['action'], row['error_type'], row['provider']])).toEqual(
      expect.arrayContaining([
        ['success', null, 'samus.link'],
        ['success', null, 'alttpr'],
        ['failure', 'not_found', 'alttpr']
      ])
    );
    for (const row of ended) expect(row).toMatchObject({ guild_hash: expect.any(String) });
    for (const row of ended.filter(({ status }) => status !== 'denied')) expect(row).toMatchObject({ duration_ms: expect.any(Number) });
  });
});

test('without that option nothing of a completion is recorded, and users get the same choices', async () => {
  const seen = [];
  const stored = [];
  for (const telemetry of [undefined, { autocomplete: false }, { autocomplete: true }]) {
    const database = await sqliteDatabase();
    await using bot = await startCompletingBot(database, telemetry);
    const errors: unknown[] = [];
    bot.client.on('commandAutocompleteInteractionError', (error) => errors.push(error));
    seen.push([await typeEverything(bot), errors]);
    await settled();
    stored.push(await outcomes(database));
  }
  expect(stored).toEqual([{}, {}, OUTCOMES]);
  const timeout = expect.objectContaining({ name: 'TimeoutError' });
  const choices = expect.arrayContaining([[{ name: 'open', value: 'open' }], [], undefined]);
  expect(seen[0]).toEqual([choices, expect.arrayContaining([broken, broken, timeout])]);
  expect(seen[1]).toEqual(seen[0]);
  expect(seen[2]).toEqual(seen[0]);
});

test('nothing that was typed reaches a row or a line of ours in the log', async () => {
  const database = await sqliteDatabase();
  await using bot = await startCompletingBot(database, { autocomplete: true });
  const ways = ['', 'throw', 'at once', 'unreadable'].map((how) => `${how} sentinel.invoke 723456789012345678`);
  await Promise.all(['roll', 'race', 'sentinel'].flatMap((command) => ways.map((typed) => type(bot, command, typed))));
  await settled();
  const rows = await database.sql('select * from telemetry_events');
  expect(rows).toHaveLength(18);
  const lines = bot.log.filter((line) => /^\w+ Telemetry/.test(line));
  expect(JSON.stringify([rows, lines, container.telemetry.status()])).not.toMatch(/sentinel|723456789012345678/i);
});

test('a completion that never ends is interrupted at shutdown', async () => {
  const database = await sqliteDatabase();
  await using bot = await startCompletingBot(database, { autocomplete: true });
  const typed = type(bot, 'roll', 'endless');
  await until(() => container.telemetry.status().inFlight === 1);
  await bot.stop();
  await typed;
  expect(await terminalEvents(database)).toContainEqual(
    expect.objectContaining({ event_name: 'discord.generator.roll_autocomplete.failure', error_type: 'interrupted' })
  );
});

test('a value that is neither true nor false turns telemetry off, with what to do', async () => {
  await using bot = await startCompletingBot(await sqliteDatabase(), { autocomplete: 'yes' });
  expect(container.telemetry.enabled).toBe(false);
  expect(bot.log).toContainEqual('Error Telemetry disabled: the client option telemetry.autocomplete must be true or false');
});
