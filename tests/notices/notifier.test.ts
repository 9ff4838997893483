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

/** What sends for `bot`, with pauses between two tries that take no minutes. */
function notifierOf({ client }: TestBot, { to = 'owner', service = container.telemetry as TelemetryService, pauseMs = 1 } = {}): Notified {
  const log: string[] = [];
  const notifier = new Notifier({ client, service, log: recordingLog(log), to, pausesMs: [pauseMs, pauseMs, pauseMs] });
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
    const senders = [notifierOf(bot, { pauseMs: 400 }), notifierOf(bot, { service: other.telemetry, pauseMs: 500 })];
    await Promise.all(senders.flatMap(({ send }) => [send(), send()]));
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

test.each([
  ['the owner takes no direct messages', refusal(403, 50_007), 1, /the owner takes no direct messages of the bot: let them/],
  ['the channel is gone', refusal(404, 10_003), 1, /there is no such channel: set TELEMETRY_NOTIFY/],
  ['the channel is hidden', refusal(403, 50_001), 1, /may not see that channel/],
  ['the channel is read-only', refusal(403, 50_013), 1, /may not send messages/],
  ['the message is wrong', refusal(400, 50_035), 1, /Discord answers 400, code 50035$/],
  ['Discord is broken', { status: 500 }, 4, /Discord answers 500$/],
  [
    'Discord wants less',
    { status: 429, body: { message: 'You are being rate limited.', retry_after: 0.01, global: false } },
    4,
    /limits how often/
  ]
])('where %s, that is logged once, tried again three times at most, and the bot goes on', async (_, fault, times, said) => {
  await using bot = await startOwnedBot({ env: NONE });
  const made = notifierOf(bot);
  answerMessages(bot, fault);
  const sent = made.send();
  await expectToWork(bot);
  await sent;
  expect(sentTo(bot)).toBe(times);
  expect(made.log).toEqual([expect.stringMatching(/^Telemetry could not send an alert to the owner: /)]);
  expect(made.log[0]).toMatch(said);
  expect(made.log[0]).not.toContain('812345678901234567');
  // It is claimed, and not tried again by anybody.
  await made.send();
  expect(sentTo(bot)).toBe(times);
  expect(made.composed).toBe(1);
  await expectToWork(bot);
  await expectNothingMeasured(bot);
});

/** But for the commands that were used. */
async function expectNothingMeasured({ database }: MeasuredBot): Promise<void> {
  await container.telemetry.flush();
  const rows = await database.sql('select distinct event_name from telemetry_events order by 1');
  expect(rows.map((row) => row['event_name'])).toEqual(['discord.ping.ping.invoke', 'discord.ping.ping.success']);
}

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
  await made.send();
  expect(made.log).toEqual([expect.stringMatching(/could not send an alert to the owner: .*(?:database|PostgreSQL)/)]);
  expect([made.composed, sentTo(bot)]).toEqual([0, 0]);
});
