import { expect, test } from '@jest/globals';
import { container, InteractionHandlerTypes } from '@sapphire/framework';
import { ButtonStyle, ComponentType } from 'discord.js';
import { DiscordStandIn, type Reply } from '../../examples/stand-ins/discord.ts';
import { systemClock } from '../../src/events/clock.ts';
import { addDays } from '../../src/events/day.ts';
import { settled, type TestBot } from '../support/bot.ts';
import { onBothDatabases, outcomes, sqliteDatabase, type TestDatabase } from '../support/databases.ts';
import { startMeasuredBot } from '../support/measuredBot.ts';
import { controlsIn, tableIn, textIn } from '../support/messageParts.ts';
import { openTestStore, seedEvents, writeEvents } from '../support/seedEvents.ts';
import { handlerOf } from '../surfaces/discord/handlersBot.ts';
import { askTelemetry, refused, startOwnedBot } from './ownedBot.ts';

const TODAY = systemClock().today();
const DAYS = 60;

/** Sixty days of known events, the last of them today. */
async function seed(database: TestDatabase): Promise<void> {
  await writeEvents(await openTestStore(database, TODAY), seedEvents({ seed: 15, today: TODAY, days: DAYS, runsPerDay: 12 }).events);
}

/** Clicks the control of that label, or chooses in the menu that offers it, as the owner. */
async function click({ discord }: TestBot, seen: Reply | undefined, wanted: string, timeoutMs?: number): Promise<Reply | undefined> {
  const control = controlsIn(seen?.components).find(
    ({ label, options = [] }) => label === wanted || options.some(({ value }) => value === wanted)
  );
  if (control === undefined) throw new Error(`There is no control ${wanted}`);
  const call = {
    customId: control.custom_id,
    user: discord.owner,
    ...(seen?.messageId !== undefined && { messageId: seen.messageId }),
    ...(timeoutMs !== undefined && { timeoutMs })
  };
  return control.type === ComponentType.Button ? discord.button(call) : discord.select({ ...call, values: [wanted] });
}

/** What the controls of a message say is shown: the button that stands out, and what is chosen in each menu. */
function chosenIn(seen: Reply | undefined): string[] {
  return controlsIn(seen?.components).flatMap(({ label = '', style, options = [] }) => [
    ...(style === ButtonStyle.Primary ? [label] : []),
    ...options.filter((one) => one.default === true).map(({ value }) => value)
  ]);
}

/** How many there are of what `where` says, on the days of a report, weighted by sampling. */
async function weigh(database: TestDatabase, days: number, where: string): Promise<number> {
  const period = `day_bucket between '${addDays(TODAY, -days)}' and '${addDays(TODAY, -1)}'`;
  const [row] = await database.sql(`select sum(1.0 / sample_rate) as weight from telemetry_events where ${period} and ${where}`);
  return Number(row?.['weight'] ?? 0);
}

/** The same as a report shows it. */
async function countOf(...what: Parameters<typeof weigh>): Promise<string> {
  return Math.round(await weigh(...what)).toLocaleString('en-US');
}

/** The share of runs that succeeded, as a report shows it: rounded down. */
async function rateOf(database: TestDatabase, days: number, where: string): Promise<string> {
  const [good, bad] = await Promise.all(['success', 'failure'].map((action) => weigh(database, days, `action = '${action}' and ${where}`)));
  return `${(Math.floor((1_000 * (good ?? 0)) / ((good ?? 0) + (bad ?? 0))) / 10).toFixed(1)}%`;
}

onBothDatabases((createDatabase) => {
  test('every page, period, surface and operation is a click away, and tells what the database holds', async () => {
    const database = await createDatabase();
    await seed(database);
    await using bot = await startOwnedBot({ database, env: { TELEMETRY_RETENTION_DAYS: '90' } });
    let seen = await askTelemetry(bot);
    expect(chosenIn(seen)).toEqual(['Overview', '7', 'all']);
    for (const [days, where] of [
      [1, ''],
      [7, ''],
      [14, ''],
      [30, ''],
      [90, ''],
      [90, 'discord'],
      [90, 'racetime'],
      [90, 'api'],
      [90, 'all'],
      [14, 'all']
    ] as const) {
      seen = await click(bot, seen, where === '' ? String(days) : where);
      if (where !== '') seen = await click(bot, seen, String(days));
      expect(seen).toMatchObject({ ephemeral: true, deferred: true, content: '', embeds: [] });
      expect(chosenIn(seen)).toEqual(['Overview', String(days), where === '' ? 'all' : where]);
      const runs = await countOf(database, days, `action = 'invoke' ${['', 'all'].includes(where) ? '' : `and surface = '${where}'`}`);
      expect({ days, where, text: textIn(seen?.components) }).toEqual({
        days,
        where,
        text: expect.stringContaining(`**${runs} runs**`)
      });
    }

    const pages: Record<string, Reply | undefined> = {};
    for (const page of ['Failures', 'Speed', 'Unused', 'Quality']) {
      seen = await click(bot, seen, page);
      expect(chosenIn(seen)).toEqual([page, '14', 'all']);
      pages[page] = seen;
    }
    const table = (page: string, title: string): Map<string, string[]> => tableIn(pages[page]?.components ?? [], title);
    expect(textIn(pages['Quality']?.components)).toContain('Counts are scaled up from sampling');
    for (const [day, cells] of table('Quality', 'Days')) {
      const where = `day_bucket = '${day}'`;
      expect([day, ...cells]).toEqual([
        day,
        await countOf(database, 14, where),
        await countOf(database, 14, `${where} and action = 'failure'`)
      ]);
    }
    for (const provider of ['alttpr', 'sm.samus.link']) {
      const where = `action <> 'invoke' and provider = '${provider}'`;
      expect(table('Failures', 'Providers').get(provider)).toEqual([await countOf(database, 14, where), await rateOf(database, 14, where)]);
    }
    const ofPreset = `event_name = 'discord.generator.preset.failure'`;
    expect(table('Failures', 'Failures by operation').get('discord generator preset')).toEqual([await countOf(database, 14, ofPreset)]);
    expect(table('Speed', 'Slowest first').size).toBe(6);
    expect(table('Unused', 'Unused')).toEqual(new Map([['ping ping', ['commands/ping']]]));

    const operations = controlsIn(seen?.components).at(-1)?.options ?? [];
    expect(operations.map(({ label }) => label)).toContain('discord.погода.сегодня');
    for (const { label, value } of operations) {
      seen = await click(bot, seen, value);
      expect(chosenIn(seen)).toEqual(['14', 'all', value]);
      const [begun, failures] = await Promise.all(
        ['invoke', 'failure'].map((action) => countOf(database, 14, `event_name = '${label}.${action}'`))
      );
      const text = textIn(seen?.components);
      expect(text).toContain(`## \`${label}\``);
      expect(text).toContain(`**${begun} runs**`);
      expect(text).toContain(`**${await rateOf(database, 14, `event_name like '${label}.%'`)} succeeded**`);
      expect(text).toContain(`· ${failures} failed`);
    }
    expect(chosenIn(await click(bot, seen, 'Overview'))).toEqual(['Overview', '14', 'all']);
  });
});

test('a click on a message of before a restart works, and one by a stranger or with a forged id is answered with a sentence', async () => {
  const database = await sqliteDatabase();
  await seed(database);
  await using discord = await DiscordStandIn.start();
  const before = await startOwnedBot({ database, discord });
  const seen = await askTelemetry(before, { options: { days: 30 } });
  await before.stop();
  await using bot = await startOwnedBot({ database, discord });
  const [id = '', menu = ''] = ['Failures', '14'].map(
    (wanted) =>
      controlsIn(seen?.components).find(({ label, options = [] }) => label === wanted || options.some(({ value }) => value === wanted))
        ?.custom_id
  );
  const messageId = seen?.messageId ?? '';
  for (const user of [discord.player, { ...discord.owner, id: `${discord.owner.id}0` }])
    expect(await discord.button({ customId: id, messageId, user })).toEqual(refused);
  const unknown = expect.objectContaining({
    content: expect.stringMatching(/^This message is from another version/),
    ephemeral: true,
    components: []
  });
  for (const customId of [`${id}x`, id.replace('failures', 'toString'), id.replace('30', '999'), 'sapphire-telemetry:'])
    expect(await discord.button({ customId, messageId, user: discord.owner })).toEqual(unknown);
  expect(await discord.select({ customId: menu, values: ['9999'], messageId, user: discord.owner })).toEqual(unknown);
  // The message has stood through all of it.
  const after = await click(bot, seen, 'Failures');
  expect(after).toMatchObject({ messageId, ephemeral: true, content: '' });
  expect(chosenIn(after)).toEqual(['Failures', '30', 'all']);
});

test('while the database is away, a click and a completion are answered all the same, and the message stays', async () => {
  await using bot = await startMeasuredBot({ env: { TELEMETRY_DATABASE_URL: 'postgresql://bot@127.0.0.1:1/bot' } });
  const customId = 'sapphire-telemetry:page:failures:7:all:-';
  const reply = await bot.discord.button({ customId, user: bot.discord.owner });
  expect(reply).toMatchObject({ content: expect.stringMatching(/^That can't be done now: /), ephemeral: true, components: [] });
  const focused = { name: 'operation', value: '' };
  const completed = await bot.discord.autocomplete({ command: 'telemetry', subcommand: 'report', focused, user: bot.discord.owner });
  expect(completed?.choices).toEqual([]);
});

test('a handler of the bot that takes whatever is clicked does not hear of a report, and nothing of a report is measured', async () => {
  const heard: string[] = [];
  class Everything extends handlerOf(InteractionHandlerTypes.MessageComponent) {
    override async run(interaction: { customId: string; reply(text: string): Promise<unknown> }): Promise<void> {
      heard.push(interaction.customId);
      await interaction.reply('mine');
    }
  }
  await using bot = await startOwnedBot({
    pieces: [{ store: 'interaction-handlers', name: 'everything', piece: Everything }],
    client: { telemetry: { autocomplete: true } }
  });
  await bot.discord.slash({ command: 'ping' });
  await settled();
  const seen = await askTelemetry(bot);
  expect(chosenIn(await click(bot, seen, 'Speed'))).toContain('Speed');
  const [offered] = controlsIn(seen?.components).at(-1)?.options ?? [];
  const complete = (value: string, user = bot.discord.owner): Promise<Reply | undefined> =>
    bot.discord.autocomplete({ command: 'telemetry', subcommand: 'report', focused: { name: 'operation', value }, user });
  const choice = { name: 'discord.ping.ping', value: offered?.value };
  for (const typed of ['', 'pin', 'PING discord']) expect((await complete(typed))?.choices).toEqual([choice]);
  expect((await complete('pong'))?.choices).toEqual([]);
  expect((await complete('', bot.discord.player))?.choices).toEqual([]);
  for (const operation of [choice.value ?? '', choice.name])
    expect(textIn((await askTelemetry(bot, { options: { operation } }))?.components)).toContain('## `discord.ping.ping`');
  expect((await askTelemetry(bot, { options: { operation: 'forged' } }))?.content).toBe(
    "That can't be done: no operation of that name ran in these days."
  );
  expect((await bot.discord.button({ customId: 'own' }))?.content).toBe('mine');
  expect(heard).toEqual(['own']);
  await settled();
  expect(Object.keys(await outcomes(bot.database)).toSorted()).toEqual(['discord.everything.component', 'discord.ping.ping']);
});

test.each(['a command', 'a click', 'a completion'])(
  '%s that another process of the bot has taken up is left to it, without a word',
  async (kind) => {
    await using bot = await startOwnedBot();
    const seen = await askTelemetry(bot);
    const [before, lines] = [bot.discord.requests.length, bot.log.length];
    bot.discord.onRequest = ({ path }) =>
      path.endsWith('/callback') ? { status: 400, body: { message: 'taken', code: 40_060 } } : undefined;
    const user = bot.discord.owner;
    const focused = { name: 'operation', value: '' };
    const reply =
      kind === 'a click'
        ? click(bot, seen, 'Speed', 1_000)
        : kind === 'a command'
          ? askTelemetry(bot, { timeoutMs: 1_000 })
          : bot.discord.autocomplete({ command: 'telemetry', subcommand: 'report', focused, user, timeoutMs: 1_000 });
    await settled();
    expect(await reply).toBeUndefined();
    expect(bot.discord.requests.slice(before).map(({ path }) => path)).toEqual([expect.stringMatching(/\/callback$/)]);
    expect(bot.log.slice(lines).filter((line) => /^(?:Warn|Error|Fatal)/.test(line))).toEqual([]);
    expect(container.telemetry.status().inFlight).toBe(0);
  }
);
