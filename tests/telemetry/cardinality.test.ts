import { expect, test } from '@jest/globals';
import { Command, container, type Args } from '@sapphire/framework';
import { Subcommand } from '@sapphire/plugin-subcommands';
import type { ChatInputCommandInteraction, ContextMenuCommandInteraction, Message } from 'discord.js';
import * as fc from 'fast-check';
import { settled, startBot, type TestBot } from '../support/bot.ts';
import { outcomes, sqliteDatabase, storedEvents, type TestDatabase } from '../support/databases.ts';
import { ROLL } from '../support/handClock.ts';

const MAX_OPERATIONS = 500;
const MAX_PROVIDERS = 100;
const MAX_ERROR_TYPES = 100;

/** Sees what users wrote, and makes nothing of it that is measured. */
class Echo extends Command {
  override async chatInputRun(interaction: ChatInputCommandInteraction): Promise<void> {
    await interaction.reply(String(interaction.options.getString('text')));
  }
  override async contextMenuRun(interaction: ContextMenuCommandInteraction): Promise<void> {
    await interaction.reply('done');
  }
  override async messageRun(message: Message, args: Args): Promise<void> {
    await message.reply(await args.rest('string'));
  }
}

class Race extends Subcommand {
  constructor(context: Subcommand.LoaderContext, options: Subcommand.Options) {
    super(context, { ...options, subcommands: [{ name: 'open', chatInputRun: 'open', messageRun: 'openMessage' }] });
  }
  async open(interaction: ChatInputCommandInteraction): Promise<void> {
    await interaction.reply(String(interaction.options.getString('text')));
  }
  async openMessage(message: Message): Promise<void> {
    await message.reply('done');
  }
}

const start = (database: TestDatabase, errorTypes: readonly string[] = []): Promise<TestBot> =>
  startBot({
    database,
    env: { TELEMETRY_QUEUE_SIZE: '100000' },
    commands: { echo: Echo, race: Race },
    client: { telemetry: { errorTypes: Object.fromEntries(errorTypes.map((type) => [type, true])) } }
  });

/** How many names and error types were replaced, as the operator and as code are told. */
async function replacedOf({ discord }: TestBot): Promise<number> {
  const status = await discord.slash({ command: 'telemetry', subcommand: 'status', user: discord.owner });
  const shown = /recorded as "other": ([\d,]+)/.exec(status?.content ?? '')?.[1]?.replaceAll(',', '');
  expect(Number(shown ?? 0)).toBe(container.telemetry.status().replacedNames);
  return Number(shown ?? 0);
}

const operationsOf = async (database: TestDatabase): Promise<string[]> => Object.keys(await outcomes(database));

const track = (feature: string, operation: string, provider?: string): void =>
  container.telemetry.track({ surface: 'discord', feature, operation, provider }, () => undefined);

test('more than 500 operations become "other", however they are named, and are counted', async () => {
  const database = await sqliteDatabase();
  await using bot = await start(database);
  for (let index = 0; index < MAX_OPERATIONS; index += 1) track('seeds', `roll_${index}`);
  expect(await replacedOf(bot)).toBe(0);
  for (let index = 0; index < 70; index += 1) track('seeds', `more_${index}`);
  for (let index = 0; index < 70; index += 1) track('seeds', `roll_${index}`);
  expect(await replacedOf(bot)).toBe(70);
  await settled();
  const operations = await operationsOf(database);
  expect(operations).toHaveLength(MAX_OPERATIONS + 1);
  expect(await outcomes(database)).toMatchObject({
    'discord.other.other': { runs: 70, ok: 70, failed: 0 },
    'discord.seeds.roll_0': { runs: 2, ok: 2, failed: 0 }
  });
});

test('a name of which one half is none counts as an operation like any other', async () => {
  const database = await sqliteDatabase();
  await using bot = await start(database);
  for (let index = 0; index < MAX_OPERATIONS; index += 1) track(`feature_${index}`, 'not.a.name');
  for (let index = 0; index < MAX_OPERATIONS; index += 1) track('not.a.name', `operation_${index}`);
  expect(await replacedOf(bot)).toBe(3 * MAX_OPERATIONS);
  await settled();
  expect(await operationsOf(database)).toHaveLength(MAX_OPERATIONS + 1);
});

test('more than 100 providers become "other", and are counted', async () => {
  const database = await sqliteDatabase();
  await using bot = await start(database);
  for (let index = 0; index < MAX_PROVIDERS + 30; index += 1) track('seeds', 'roll', `provider-${index}.example.org`);
  expect(await replacedOf(bot)).toBe(30);
  await settled();
  const providers = (await storedEvents(database)).map(({ provider }) => provider);
  expect(new Set(providers).size).toBe(MAX_PROVIDERS + 1);
  expect(providers.filter((provider) => provider === 'other')).toHaveLength(30 * 2);
});

const failWith = (errorType: string): void => container.telemetry.track(ROLL, (run) => run.fail(errorType));

const numbered = (name: string, count: number): string[] => Array.from({ length: count }, (_, index) => `${name}_${index}`);

const errorTypesOf = async (database: TestDatabase): Promise<unknown[]> =>
  (await storedEvents(database)).map(({ error_type: type }) => type).filter((type) => type !== null);

test('more than 100 error types of the bot\'s own become "other", and are counted; those that came first go on', async () => {
  const declared = numbered('type', MAX_ERROR_TYPES + 30);
  const database = await sqliteDatabase();
  await using bot = await start(database, declared);
  for (const type of [...declared, ...declared]) failWith(type);
  failWith('not_found');
  expect(await replacedOf(bot)).toBe(2 * 30);
  await settled();
  const types = await errorTypesOf(database);
  expect(new Set(types)).toEqual(new Set([...declared.slice(0, MAX_ERROR_TYPES), 'other', 'not_found']));
  expect(types.filter((type) => type === 'other')).toHaveLength(2 * 30);
});

test('error types that the bot has not declared become "unexpected_error", and are counted', async () => {
  const database = await sqliteDatabase();
  await using bot = await start(database, ['declared']);
  for (const type of ['declared', ...numbered('undeclared', 40)]) failWith(type);
  expect(await replacedOf(bot)).toBe(40);
  await settled();
  const types = await errorTypesOf(database);
  expect(new Set(types)).toEqual(new Set(['declared', 'unexpected_error']));
  expect(types.filter((type) => type === 'unexpected_error')).toHaveLength(40);
});

test('no word that a user writes makes a name, although a bot could call a thing by it', async () => {
  const database = await sqliteDatabase();
  await using bot = await start(database);
  const words = fc.sample(fc.stringMatching(/^[a-z]{3,12}$/), 40);
  await Promise.all(
    words.flatMap((word) => {
      const user = { id: bot.discord.player.id, name: word };
      return [
        bot.discord.slash({ command: 'echo', options: { text: word, [word]: word }, user }),
        bot.discord.slash({ command: 'race', subcommand: 'open', options: { text: word }, user }),
        bot.discord.userMenu({ command: 'echo', target: user, user }),
        bot.discord.message({ content: `!echo ${word}`, user }),
        bot.discord.message({ content: `!race open ${word}`, user }),
        bot.discord.message({ content: `!race ${word}`, user, expectReply: false }),
        bot.discord.message({ content: `!${word} ${word}`, user, expectReply: false })
      ];
    })
  );
  await settled();
  expect(await operationsOf(database)).toEqual(['discord.echo.echo', 'discord.race.race', 'discord.race.race_open']);
  expect(await replacedOf(bot)).toBe(0);
});
