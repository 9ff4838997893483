import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';
import { promisify } from 'node:util';
import { afterEach, expect, jest, test } from '@jest/globals';
import { ComponentType } from 'discord.js';
import { container } from '@sapphire/framework';
import { DiscordStandIn, type Fault } from '../../examples/stand-ins/discord.ts';
import { systemClock } from '../../src/events/clock.ts';
import { addDays } from '../../src/events/day.ts';
import { Notices } from '../../src/notices/notices.ts';
import type { TelemetryService } from '../../src/telemetry/telemetryService.ts';
import { answered, refused, startOwnedBot } from '../commands/ownedBot.ts';
import { ENABLED, until, type TestBot } from '../support/bot.ts';
import { botEnvironment } from '../support/botEnvironment.ts';
import { onBothDatabases, postgresqlDatabase, sqliteDatabase, temporaryFolder, type TestDatabase } from '../support/databases.ts';
import { controlsIn, partsOf, tableIn, textIn } from '../support/messageParts.ts';
import { seededRandom } from '../support/randomEvents.ts';
import { probe } from '../support/packageProbe.ts';
import { recordingLog } from '../support/recordingLog.ts';
import { inRepository } from '../support/repository.ts';
import { anEvent, openTestStore, writeEvents } from '../support/seedEvents.ts';

const DAY_MS = 86_400_000;
/** The last Monday, today included: 1970-01-05 was one. */
const MONDAY = addDays('1970-01-05', 7 * Math.floor((Date.now() / DAY_MS - 4) / 7));
/** Shortly before the digest comes: a bot logs in meanwhile. */
const BEFORE_MS = Date.parse(`${MONDAY}T07:59:56Z`);
const NOTIFY = { TELEMETRY_NOTIFY: 'owner' };
const daysBefore = (days: number): string => addDays(MONDAY, -days);

afterEach(() => {
  jest.useRealTimers();
});

/** The clock of this process goes on from shortly before the digest is due. */
function putClock(): void {
  const doNotFake = ['hrtime', 'nextTick', 'performance', 'queueMicrotask', 'setImmediate', 'clearImmediate'] as const;
  jest.useFakeTimers({
    now: BEFORE_MS,
    advanceTimers: true,
    doNotFake: [...doNotFake, 'setInterval', 'clearInterval', 'setTimeout', 'clearTimeout']
  });
}

const times = <T>(number: number, one: () => T[]): T[] => Array.from({ length: number }, one).flat();

/**
 * Two weeks: runs of `preset` double from the one to the other, those of `sm` are as before, and in the last week `seed_locked` is new.
 */
async function seed(database: TestDatabase): Promise<void> {
  const random = seededRandom(3);
  const run = (dayBucket: string, name: string, failure?: string) =>
    ['invoke', failure === undefined ? 'success' : 'failure'].map((action) =>
      anEvent(random, {
        dayBucket,
        eventName: `discord.generator.${name}.${action}`,
        action: action as 'invoke',
        ...(action === 'failure' && { status: 'error', errorType: failure ?? null }),
        durationMs: action === 'invoke' ? null : 200
      })
    );
  const days = Array.from({ length: 14 }, (_, index) => 14 - index);
  const events = days.flatMap((day) => [
    ...times(day > 7 ? 20 : 40, () => run(daysBefore(day), 'preset')),
    ...times(10, () => run(daysBefore(day), 'sm')),
    ...run(daysBefore(day), 'sm', 'not_found'),
    ...(day === 2 ? run(daysBefore(day), 'sm', 'seed_locked') : [])
  ]);
  await writeEvents(await openTestStore(database, MONDAY), events);
}

const digestsOf = ({ discord }: Pick<TestBot, 'discord'>) => discord.written({ guildId: null, user: discord.owner });
const noticesIn = (database: TestDatabase): Promise<unknown[]> =>
  database.sql('select distinct cast(day_bucket as text) as day_bucket, kind, name from telemetry_notices');
const isMessage = ({ method, path }: { readonly method: string; readonly path: string }): boolean =>
  method === 'POST' && /^\/channels\/\d+\/messages$/.test(path);
const CLAIMED = [{ day_bucket: MONDAY, kind: 'digest', name: 'week' }];

onBothDatabases((createDatabase) => {
  test('on Monday at eight the owner gets what changed, what is new and what nobody used, with a button that opens the report', async () => {
    const database = await createDatabase();
    await seed(database);
    putClock();
    await using discord = await DiscordStandIn.start();
    await using bot = await startOwnedBot({ database, env: NOTIFY, discord });
    await until(() => digestsOf(bot).length > 0);
    const [digest] = digestsOf(bot);
    const components = digest?.components ?? [];
    const text = textIn(components);
    expect(text).toContain(`## Usage of 7 days, ${daysBefore(7)} to ${daysBefore(1)} (UTC)`);
    expect(text).toContain(String.raw`**358 runs** · +65%\* from 217`);
    expect(text).toContain('-# Compared with the 7 days before');
    expect(tableIn(components, 'Notable changes')).toEqual(new Map([['generator preset', ['+100%*', '280', '140']]]));
    expect(tableIn(components, 'New errors')).toEqual(new Map([['seed_locked', ['1']]]));
    expect(tableIn(components, 'Unused')).toEqual(new Map([['ping ping', ['commands/ping']]]));
    expect(text).toContain('### Quality of the data\nEvery run was recorded');
    expect(partsOf(components).find(({ type }) => type === ComponentType.MediaGallery)?.items).toHaveLength(1);
    expect(digest?.files.map(({ name }) => name)).toEqual(['telemetry.png']);
    expect(await noticesIn(database)).toEqual(CLAIMED);
    expect(discord.requests.find(isMessage)?.body).toMatchObject({ allowed_mentions: { parse: [] } });
    await bot.stop();

    await using restarted = await startOwnedBot({ database, env: NOTIFY, discord });
    const [{ label, custom_id: customId } = { label: '', custom_id: '' }, ...others] = controlsIn(components);
    expect([label, others]).toEqual(['Open the report', []]);
    const call = { customId, messageId: digest?.messageId ?? '', guildId: null };
    expect(await discord.button({ ...call, user: discord.player })).toEqual(refused);
    const opened = await discord.button({ ...call, user: discord.owner });
    expect(opened).toEqual(answered);
    expect(opened?.messageId).not.toBe(digest?.messageId);
    expect(textIn(opened?.components)).toContain('**358 runs**');
    expect(digestsOf(restarted)).toEqual([digest]);
  });
});

test('two processes on one database send one digest', async () => {
  const database = await postgresqlDatabase();
  await seed(database);
  await using discord = await DiscordStandIn.start();
  const env = botEnvironment(discord, { ...ENABLED, ...database.env, ...NOTIFY, CLOCK_MS: String(BEFORE_MS) });
  const bots = [1, 2].map(() => promisify(execFile)(process.execPath, [inRepository('tests/fixtures/digestBot.ts')], { env }));
  await Promise.all(bots.map(({ child }) => once(child.stdout as never, 'data')));
  for (const { child } of bots) child.stdin?.write('go');
  await until(() => digestsOf({ discord }).length > 0, 20_000);
  // The other one would be as quick.
  await wait(2_000);
  for (const { child } of bots) child.stdin?.end();
  const logs = (await Promise.all(bots)).map(({ stdout }) => JSON.parse(stdout.slice(stdout.indexOf('['))) as string[]);
  expect(digestsOf({ discord })).toHaveLength(1);
  expect(discord.requests.filter(isMessage)).toHaveLength(1);
  expect(await noticesIn(database)).toEqual(CLAIMED);
  // The clock of the database is on another day.
  expect(logs.flat().filter((line) => /^(?:Warn|Error)/.test(line) && !line.includes('does not purge'))).toEqual([]);
}, 60_000);

test.each([[[0]], [[0, 8, 9]], [[]]])('where nothing was recorded in the seven days, nothing is sent (%j)', async (days) => {
  const database = await sqliteDatabase();
  const today = systemClock().today();
  const events = days.map((ago, index) => anEvent(seededRandom(index), { dayBucket: addDays(today, -ago) }));
  await writeEvents(await openTestStore(database, today), events);
  await using bot = await startOwnedBot({ database });
  const log: string[] = [];
  const service = container.telemetry as TelemetryService;
  const notices = new Notices({ client: bot.client, service, log: recordingLog(log), to: 'owner', digestCron: '0 8 * * 1' });
  await notices.sendDigest();
  expect(bot.discord.requests.filter(isMessage)).toEqual([]);
  expect(log).toEqual([]);
  expect(await noticesIn(database)).toHaveLength(1);
});

test('a retention that keeps no days to compare with is told', async () => {
  const database = await sqliteDatabase();
  await seed(database);
  putClock();
  await using bot = await startOwnedBot({ database, env: { ...NOTIFY, TELEMETRY_RETENTION_DAYS: '5' } });
  await until(() => digestsOf(bot).length > 0);
  const components = digestsOf(bot)[0]?.components ?? [];
  expect(textIn(components)).toContain('-# No earlier days are kept to compare with');
  expect(textIn(components)).toContain('Nothing is kept of the first 3 days: the retention is shorter.');
  for (const title of ['Notable changes', 'New errors']) expect(textIn(components)).not.toContain(title);
});

test('an owner who takes no direct messages costs one line of the log, and the bot goes on', async () => {
  const database = await sqliteDatabase();
  await seed(database);
  putClock();
  const fault: Fault = { status: 403, body: { code: 50_007, message: 'Cannot send messages to this user' } };
  await using discord = await DiscordStandIn.start();
  discord.onRequest = (request) => (isMessage(request) ? fault : undefined);
  await using bot = await startOwnedBot({ database, env: NOTIFY, discord });
  await until(() => bot.log.some((line) => line.includes('could not send a digest to the owner')));
  expect((await discord.slash({ command: 'ping' }))?.content).toBe('pong');
  expect(bot.log.filter((line) => /^(?:Warn|Error)/.test(line))).toEqual([
    expect.stringMatching(/^Warn Telemetry could not send a digest to the owner: Discord answers 403, code 50007 \(the owner takes no/)
  ]);
  expect(discord.requests.filter(isMessage)).toHaveLength(1);
});

test('without TELEMETRY_NOTIFY nothing is sent or claimed on Monday at eight', async () => {
  const database = await sqliteDatabase();
  await seed(database);
  putClock();
  await using bot = await startOwnedBot({ database });
  await until(() => Date.now() > BEFORE_MS + 6_000);
  expect(bot.discord.requests.filter(isMessage)).toEqual([]);
  expect(await noticesIn(database)).toEqual([]);
});

/** Where a bot sets timers with these variables, of ours and of node-cron's. */
async function timers(env: Readonly<Record<string, string>>): Promise<readonly string[]> {
  return (await probe(await temporaryFolder(), { ...ENABLED, ...env })).timers;
}

test('without TELEMETRY_NOTIFY no timer is set', async () => {
  const cron = { TELEMETRY_DIGEST_CRON: '0 8 * * *' };
  const [plain, withCron, withBoth] = [await timers({}), await timers(cron), await timers({ ...cron, ...NOTIFY })];
  expect(withCron).toEqual(plain);
  expect(withBoth).toEqual(expect.arrayContaining([...plain]));
  expect(withBoth.length).toBeGreaterThan(plain.length);
}, 60_000);
