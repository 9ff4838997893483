import { expect, test } from '@jest/globals';
import { container } from '@sapphire/framework';
import { standInUser, type Fault, type RestRequest } from '../../examples/stand-ins/discord.ts';
import { systemClock } from '../../src/events/clock.ts';
import { Notifier } from '../../src/notices/notifier.ts';
import type { NoticeMessage } from '../../src/notices/post.ts';
import type { TelemetryService } from '../../src/telemetry/telemetryService.ts';
import { startOwnedBot } from '../commands/ownedBot.ts';
import { makeTelemetry } from '../support/handClock.ts';
import { onBothDatabases } from '../support/databases.ts';
import { startMeasuredBot, type MeasuredBot } from '../support/measuredBot.ts';
import { Later } from '../support/later.ts';
import { recordingLog } from '../support/recordingLog.ts';
import { until, type TestBot } from '../support/bot.ts';

const NAME = 'discord.generator.preset';
const MESSAGE: NoticeMessage = { body: { content: 'Something is the matter, @everyone <@812345678901234567>' } };
const NONE = { TELEMETRY_NOTIFY: '' };

interface Notified {
  readonly notifier: Notifier;
  /** What it logged. */
  readonly log: string[];
  /** How often it was asked for its message. */
  composed: number;
  send(): Promise<void>;
}

/** What sends for `bot`. */
function notifierOf({ client }: TestBot, { to = 'owner', service = container.telemetry as TelemetryService } = {}): Notified {
  const log: string[] = [];
  const notifier = new Notifier({ client, service, log: recordingLog(log), to });
  const made: Notified = {
    notifier,
    log,
    composed: 0,
    send: () =>
      notifier.send('alert', NAME, async () => {
        made.composed += 1;
        return MESSAGE;
      })
  };
  return made;
}

const isMessage = ({ method, path }: RestRequest): boolean => method === 'POST' && /^\/channels\/\d+\/messages$/.test(path);
const claimsIn = async ({ database }: MeasuredBot): Promise<number[]> =>
  (await database.sql('select claim from telemetry_notices order by 1')).map(({ claim }) => Number(claim));
const sentTo = ({ discord }: TestBot): number => discord.requests.filter(isMessage).length;

/** The bot does what it does. */
async function expectToWork({ discord }: TestBot): Promise<void> {
  expect((await discord.slash({ command: 'ping' }))?.content).toBe('pong');
}

/** Answers whatever is posted to a channel so. */
function answerMessages({ discord }: TestBot, fault: Fault): void {
  discord.onRequest = (request) => (isMessage(request) ? fault : undefined);
}

onBothDatabases((createDatabase) => {
  test('a notice is sent once to the owner by direct message, by one of two processes, and mentions nobody', async () => {
    const database = await createDatabase();
    await using bot = await startOwnedBot({ database, env: NONE });
    await using other = await makeTelemetry({ database });
    // Or its purge at the start would take the notice for one of days to come.
    other.clock.day = systemClock().today();
    other.telemetry.start();
    await until(() => other.telemetry.status().state === 'open');
    const senders = [notifierOf(bot), notifierOf(bot, { service: other.telemetry })];
    using later = new Later();
    const sent = Promise.all(senders.flatMap(({ send }) => [send(), send()]));
    await until(async () => (await claimsIn(bot)).includes(3));
    // Whoever saw that another one has it looks once more.
    await later.passUntil(sent);
    expect(bot.discord.written({ guildId: null, user: bot.discord.owner }).map(({ content }) => content)).toEqual([MESSAGE.body.content]);
    expect(senders.reduce((sum, { composed }) => sum + composed, 0)).toBe(1);
    expect(bot.discord.requests.find(isMessage)?.body).toMatchObject({ allowed_mentions: { parse: [] } });
    expect(senders.flatMap(({ log }) => log)).toEqual([]);
  });
});

test("a team's notices are sent to its owner alone, and those for a channel to that channel", async () => {
  const [lead, admin] = [standInUser('lead'), standInUser('admin')];
  const members = [lead, admin].map((user) => ({ user, role: 'admin' as const, membershipState: 2 as const }));
  await using bot = await startOwnedBot({ env: NONE, discord: { team: { ownerId: lead.id, members } } });
  await notifierOf(bot).send();
  const contents = (place: Parameters<typeof bot.discord.written>[0]): string[] => bot.discord.written(place).map(({ content }) => content);
  expect(contents({ guildId: null, user: lead })).toEqual([MESSAGE.body.content]);
  expect(contents({ guildId: null, user: admin })).toEqual([]);
  await bot.database.sql(`delete from telemetry_notices`);
  await notifierOf(bot, { to: bot.discord.guilds[0]?.channelId ?? '' }).send();
  expect(contents({})).toEqual([MESSAGE.body.content]);
});

const refusal = (status: number, code: number): Fault => ({ status, body: { code, message: 'Cannot do that to <@812345678901234567>' } });

/** The tries of a round, and how many rounds there are. */
const [TRIES, ROUNDS] = [4, 3];

test.each([
  ['the owner takes no direct messages', refusal(403, 50_007), /the owner takes no direct messages of the bot: let them/],
  ['the channel is gone', refusal(404, 10_003), /there is no such channel: set TELEMETRY_NOTIFY/],
  ['the channel is hidden', refusal(403, 50_001), /may not see that channel/],
  ['the channel is read-only', refusal(403, 50_013), /may not send messages/],
  ['the message is wrong', refusal(400, 50_035), /Discord answers 400, code 50035$/]
])('where %s, that is logged once and not tried again, and the bot goes on', async (_, fault, said) => {
  await using bot = await startOwnedBot({ env: NONE });
  const made = notifierOf(bot);
  answerMessages(bot, fault);
  const sent = made.send();
  await expectToWork(bot);
  await sent;
  await expectGivenUp(bot, made, said);
  expect([sentTo(bot), made.log.length]).toEqual([1, 1]);
});

const LIMITED: Fault = { status: 429, body: { message: 'You are being rate limited.', retry_after: 0.01, global: false } };

test.each([
  ['is broken', { status: 500 } satisfies Fault, /Discord answers 500$/],
  ['wants less', LIMITED, /limits how often/]
])(
  'where Discord %s, that is logged once, a notice is tried four times, thrice five minutes apart, and the bot goes on',
  async (_, fault, said) => {
    await using bot = await startOwnedBot({ env: NONE });
    using later = new Later();
    const made = notifierOf(bot);
    answerMessages(bot, fault);
    const sent = made.send();
    await expectToWork(bot);
    for (let round = 1; round < ROUNDS; round += 1) {
      await until(() => sentTo(bot) === round * TRIES);
      expect(await claimsIn(bot)).toHaveLength(round);
      await later.pass();
    }
    await sent;
    await expectGivenUp(bot, made, said);
    expect([sentTo(bot), made.log.length]).toEqual([ROUNDS * TRIES, 1]);
  }
);

/** Nobody tries it again. */
async function expectGivenUp(bot: MeasuredBot, made: Notified, said: RegExp): Promise<void> {
  const [tries, { length }] = [sentTo(bot), made.log];
  await made.send();
  expect([sentTo(bot), made.log.length]).toEqual([tries, length]);
  for (const line of made.log) {
    expect(line).toMatch(/^Telemetry could not send an alert to the owner: /);
    expect(line).toMatch(said);
    expect(line).not.toContain('812345678901234567');
  }
  await expectToWork(bot);
  await expectNothingMeasured(bot);
}

/** But for the commands that were used. */
async function expectNothingMeasured({ database }: MeasuredBot): Promise<void> {
  await container.telemetry.flush();
  const rows = await database.sql('select distinct event_name from telemetry_events order by 1');
  expect(rows.map((row) => row['event_name'])).toEqual(['discord.ping.ping.invoke', 'discord.ping.ping.success']);
}

onBothDatabases((createDatabase) => {
  test('what a process did not send before it ended is sent five minutes later, by one of the others, or by the next one', async () => {
    await using bot = await startOwnedBot({ database: await createDatabase(), env: NONE });
    using later = new Later();
    answerMessages(bot, 'hang');
    const ended = notifierOf(bot);
    const given = ended.send();
    await until(() => sentTo(bot) === 1);
    const others = [notifierOf(bot), notifierOf(bot)].map(({ send }) => send());
    ended.notifier.stop();
    await given;
    bot.discord.onRequest = undefined;
    expect(await claimsIn(bot)).toEqual([1]);
    await later.pass();
    await until(async () => (await claimsIn(bot)).length === 3);
    await later.passUntil(Promise.all(others));
    expect(bot.discord.written({ guildId: null, user: bot.discord.owner })).toHaveLength(1);
    expect([await claimsIn(bot), sentTo(bot)]).toEqual([[1, 2, 3], 2]);
  });
});

test('what is sent after a fault is sent once, also where only the answer was lost', async () => {
  await using bot = await startOwnedBot({ env: NONE });
  const { discord } = bot;
  let isFirst = true;
  discord.onRequest = async (request) => {
    if (!isMessage(request) || !isFirst) return undefined;
    isFirst = false;
    // Discord takes the message, and its answer does not arrive.
    const headers = { authorization: `Bot ${discord.token}`, 'content-type': 'application/json' };
    const taken = await fetch(`${discord.restUrl}/v10${request.path}`, { method: 'POST', headers, body: JSON.stringify(request.body) });
    expect(taken.status).toBe(200);
    return { status: 502 };
  };
  const made = notifierOf(bot);
  await made.send();
  expect(sentTo(bot)).toBe(3);
  expect(discord.written({ guildId: null, user: discord.owner })).toHaveLength(1);
  expect([made.log, made.composed]).toEqual([[], 1]);
});

test('a bot that logs out while a notice is sent does not wait for it', async () => {
  await using bot = await startOwnedBot({ env: NONE });
  const made = notifierOf(bot);
  answerMessages(bot, 'hang');
  const sent = made.send();
  await until(() => sentTo(bot) === 1);
  made.notifier.stop();
  // discord.js itself would give up after a quarter of a minute.
  await until(() => made.log.length > 0, 5_000);
  expect(made.log).toEqual([expect.stringContaining('the bot logged out meanwhile')]);
  await sent;
});

test('a database that is away is tried again, and what it says is logged once', async () => {
  await using bot = await startMeasuredBot({ env: { ...NONE, TELEMETRY_DATABASE_URL: 'postgresql://bot@127.0.0.1:1/bot' } });
  const made = notifierOf(bot);
  using later = new Later();
  const sent = made.send();
  for (let round = 1; round < ROUNDS; round += 1) await later.pass();
  await sent;
  expect(made.log).toEqual([expect.stringMatching(/could not send an alert to the owner: .*(?:database|PostgreSQL)/)]);
  expect([made.composed, sentTo(bot)]).toEqual([0, 0]);
});
