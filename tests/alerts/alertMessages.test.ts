import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as wait } from 'node:timers/promises';
import { expect, test } from '@jest/globals';
import { container } from '@sapphire/framework';
import { DiscordStandIn, type Reply, type RestRequest } from '../../examples/stand-ins/discord.ts';
import { systemClock } from '../../src/events/clock.ts';
import { answered, refused, startOwnedBot } from '../commands/ownedBot.ts';
import { ENABLED, settled, until, type TestBot } from '../support/bot.ts';
import { botEnvironment } from '../support/botEnvironment.ts';
import { onBothDatabases, postgresqlDatabase, sqliteDatabase, type TestDatabase } from '../support/databases.ts';
import { controlsIn, tableIn, textIn } from '../support/messageParts.ts';
import { Minutes } from '../support/minutes.ts';
import { atSuiteEnd } from '../support/postgresSuite.ts';
import { inRepository } from '../support/repository.ts';
import { PROVIDER, seedBaseline } from './baselineDays.ts';

const TODAY = systemClock().today();
const NOTIFY = { TELEMETRY_NOTIFY: 'owner' };
const AT_PROVIDER = { surface: 'discord', feature: 'seeds', operation: 'roll', provider: PROVIDER } as const;
const ALONE = { surface: 'discord', feature: 'seeds', operation: 'list' } as const;

const messagesOf = ({ discord }: Pick<TestBot, 'discord'>): Pick<Reply, 'content' | 'components' | 'messageId'>[] =>
  discord.written({ guildId: null, user: discord.owner });
const isMessage = ({ method, path }: RestRequest): boolean => method === 'POST' && path.endsWith('/messages');
const noticesIn = async (database: TestDatabase): Promise<string[]> =>
  (await database.sql('select distinct kind, name from telemetry_notices order by 1, 2')).map(
    ({ kind, name }) => `${String(kind)} ${String(name)}`
  );

/** Lets minutes pass in which so many runs of each go well and fail. */
async function pass(minutes: Minutes, count: number, well: number, badly: number, what: typeof AT_PROVIDER | typeof ALONE): Promise<void> {
  for (let minute = 0; minute < count; minute += 1) {
    for (let run = 0; run < well; run += 1) container.telemetry.track(what, () => undefined);
    for (let run = 0; run < badly; run += 1)
      container.telemetry.track(what, (one) => one.fail(run % 3 === 0 ? 'provider_error' : 'provider_timeout'));
    minutes.pass();
    // What is asked of the database is answered, and what is told is sent.
    await wait(20);
  }
}

onBothDatabases((createDatabase) => {
  test('the owner is told which provider fails, how much and with what, and when it is well again', async () => {
    const database = await createDatabase();
    await seedBaseline(database, TODAY);
    using minutes = new Minutes();
    await using discord = await DiscordStandIn.start();
    await using bot = await startOwnedBot({ database, env: NOTIFY, discord });
    await pass(minutes, 10, 20, 0, AT_PROVIDER);
    await settled();
    await pass(minutes, 10, 10, 10, AT_PROVIDER);
    await until(() => messagesOf(bot).length > 0);
    const [alert] = messagesOf(bot);
    expect(alert?.content).toMatch(
      /^⚠️ \*\*Provider `alttpr` fails more than before\*\*\n\d\d% of its last 1\d0 runs failed, 2% in the 7 days before\. Most often: `provider_timeout`, `provider_error`\.$/
    );
    await pass(minutes, 10, 20, 0, AT_PROVIDER);
    await until(() => messagesOf(bot).length > 1);
    expect(messagesOf(bot)[1]?.content).toMatch(
      /^✅ \*\*Provider `alttpr` is well again\*\*\n0% of its last 1\d0 runs failed, 2% in the 7 days before\.$/
    );
    await pass(minutes, 20, 10, 10, AT_PROVIDER);
    await pass(minutes, 10, 20, 0, AT_PROVIDER);
    expect(messagesOf(bot)).toHaveLength(2);
    expect(await noticesIn(database)).toEqual(['alert provider.alttpr', 'recovery provider.alttpr']);
    expect(bot.log.filter((line) => /^(?:Warn|Error)/.test(line))).toEqual([]);
  });

  test('a bot that is started anew while a provider fails tells when it is well again, and the one after it nothing more', async () => {
    const database = await createDatabase();
    await seedBaseline(database, TODAY);
    using minutes = new Minutes();
    await using discord = await DiscordStandIn.start();
    for (const [badly, messages] of [
      [10, 1],
      [0, 2],
      [0, 2]
    ] as const) {
      await using bot = await startOwnedBot({ database, env: NOTIFY, discord });
      await pass(minutes, 1, 1, 0, AT_PROVIDER);
      await settled();
      await pass(minutes, 12, 10, badly, AT_PROVIDER);
      await until(() => messagesOf(bot).length === messages);
      await until(async () => (await database.sql('select * from telemetry_notices where claim = 3')).length === messages);
      expect(bot.log.filter((line) => /^(?:Warn|Error)/.test(line))).toEqual([]);
    }
    expect(messagesOf({ discord })[1]?.content).toMatch(
      /^✅ \*\*Provider `alttpr` is well again\*\*\n0% of its last \d+ runs failed, 2% in/
    );
    expect(await noticesIn(database)).toEqual(['alert provider.alttpr', 'recovery provider.alttpr']);
  });
});

test('the button of an alert opens the report on that operation, with what failed today, for the owners alone, after a restart too', async () => {
  const database = await sqliteDatabase();
  await seedBaseline(database, TODAY, { operation: 'discord.seeds.list', provider: null });
  await seedBaseline(database, TODAY);
  using minutes = new Minutes();
  await using discord = await DiscordStandIn.start();
  const bot = await startOwnedBot({ database, env: NOTIFY, discord });
  await pass(minutes, 1, 1, 0, ALONE);
  await settled();
  await pass(minutes, 10, 10, 10, ALONE);
  await pass(minutes, 10, 10, 10, AT_PROVIDER);
  await until(() => messagesOf(bot).length > 1);
  await bot.stop();
  const [ofOperation, ofProvider] = messagesOf(bot);
  expect(ofOperation?.content).toContain('**`discord.seeds.list` fails more than before**');

  await using restarted = await startOwnedBot({ database, env: NOTIFY, discord });
  const click = (message: typeof ofOperation, user = discord.owner): Promise<Reply | undefined> => {
    const [control] = controlsIn(message?.components);
    return discord.button({ customId: control?.custom_id ?? '', messageId: message?.messageId ?? '', guildId: null, user });
  };
  expect(await click(ofOperation, discord.player)).toEqual(refused);
  const opened = await click(ofOperation);
  expect(opened).toEqual(answered);
  expect(textIn(opened?.components)).toContain('## `discord.seeds.list`');
  expect(
    tableIn(opened?.components ?? [], 'Today so far')
      .get(TODAY)
      ?.slice(0, 3)
  ).toEqual(['201', '50.2%', '100']);
  const kinds = new Map([
    ['provider_timeout', ['60']],
    ['provider_error', ['40']]
  ]);
  expect(tableIn(opened?.components ?? [], 'Errors today so far')).toEqual(kinds);
  const page = (await click(ofProvider))?.components ?? [];
  expect(tableIn(page, 'Providers today so far')).toEqual(new Map([[PROVIDER, ['200', '50.0%']]]));
  expect(tableIn(page, 'Errors today so far')).toEqual(new Map([...kinds].map(([kind, [count]]) => [kind, [String(2 * Number(count))]])));
  expect(messagesOf(restarted)).toEqual([ofOperation, ofProvider]);
});

/** Bots in processes of their own, on a database of PostgreSQL with a baseline. */
async function startFailingBots(discord: DiscordStandIn, number: number) {
  const database = await postgresqlDatabase();
  await seedBaseline(database, TODAY);
  const env = botEnvironment(discord, { ...ENABLED, ...database.env, ...NOTIFY });
  const bots = await Promise.all(
    Array.from({ length: number }, async () => {
      const bot = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', inRepository('tests/fixtures/failingBot.ts')], { env });
      atSuiteEnd(async () => void bot.kill('SIGKILL'));
      const lines = createInterface(bot.stdout)[Symbol.asyncIterator]();
      await lines.next();
      /** Does what the line says. */
      const tell = async (line: string): Promise<void> => {
        bot.stdin.write(`${line}\n`);
        await lines.next();
      };
      return { bot, lines, tell };
    })
  );
  return { database, bots };
}

test('two processes on one database send one message, and one more when the provider is well again', async () => {
  await using discord = await DiscordStandIn.start();
  const { database, bots } = await startFailingBots(discord, 2);
  /** Minutes of both at once. */
  const letPass = async (count: number, well: number, badly: number): Promise<void> =>
    void (await Promise.all(bots.map(({ tell }) => tell(`${count} ${well} ${badly}`))));
  await letPass(10, 20, 0);
  await letPass(10, 10, 10);
  await until(() => messagesOf({ discord }).length > 0);
  await letPass(20, 20, 0);
  await until(() => messagesOf({ discord }).length > 1);
  await letPass(1, 20, 0);
  const logs = await Promise.all(
    bots.map(async ({ bot, lines }) => {
      bot.stdin.end();
      const log = JSON.parse(String((await lines.next()).value)) as string[];
      await once(bot, 'exit');
      return log;
    })
  );
  expect(messagesOf({ discord }).map(({ content }) => content.split('\n')[0])).toEqual([
    '⚠️ **Provider `alttpr` fails more than before**',
    '✅ **Provider `alttpr` is well again**'
  ]);
  expect(await noticesIn(database)).toEqual(['alert provider.alttpr', 'recovery provider.alttpr']);
  expect(logs.flat().filter((line) => /^(?:Warn|Error)/.test(line))).toEqual([]);
}, 60_000);

test('an alert whose process is killed while it is sent comes from another one', async () => {
  await using discord = await DiscordStandIn.start();
  const { database, bots } = await startFailingBots(discord, 2);
  const [first, second] = bots;
  discord.onRequest = (request) => (isMessage(request) ? 'hang' : undefined);
  await first?.tell('1 20 0');
  await first?.tell('10 10 10');
  await until(() => discord.requests.some(isMessage));
  await second?.tell('1 20 0');
  await second?.tell('10 10 10');
  first?.bot.kill('SIGKILL');
  discord.onRequest = undefined;
  expect(messagesOf({ discord })).toEqual([]);
  await second?.tell('later');
  await until(() => messagesOf({ discord }).length > 0);
  expect(messagesOf({ discord }).map(({ content }) => content.split('\n')[0])).toEqual(['⚠️ **Provider `alttpr` fails more than before**']);
  const claims = (): Promise<Record<string, unknown>[]> => database.sql('select name, claim from telemetry_notices order by claim');
  await until(async () => (await claims()).length === 3);
  expect(await claims()).toEqual([1, 2, 3].map((claim) => ({ name: `provider.${PROVIDER}`, claim })));
}, 60_000);

test('without TELEMETRY_NOTIFY a bot whose provider fails writes to nobody, and claims nothing', async () => {
  const database = await sqliteDatabase();
  await seedBaseline(database, TODAY);
  using minutes = new Minutes();
  await using bot = await startOwnedBot({ database });
  const { length } = bot.discord.requests;
  await pass(minutes, 20, 10, 10, AT_PROVIDER);
  await settled();
  expect(bot.discord.requests).toHaveLength(length);
  expect(await noticesIn(database)).toEqual([]);
});
