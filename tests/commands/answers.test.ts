import { expect, jest, test } from '@jest/globals';
import type { Caller, CommandCall, Reply } from '../../examples/stand-ins/discord.ts';
import { SqlStore } from '../../src/storage/sqlStore.ts';
import { settled, until } from '../support/bot.ts';
import { onBothDatabases, outcomes } from '../support/databases.ts';
import { partsOf, textIn } from '../support/messageParts.ts';
import { answered, askTelemetry, refused, startOwnedBot } from './ownedBot.ts';

onBothDatabases((createDatabase) => {
  test("the application's owner reads the report as a message or as a file, and nobody else sees it", async () => {
    const database = await createDatabase();
    await using bot = await startOwnedBot({ database });
    await bot.discord.slash({ command: 'ping' });
    await settled();

    const message = await askTelemetry(bot);
    expect(message).toEqual(answered);
    expect(message?.files).toEqual([expect.objectContaining({ name: 'telemetry.png' })]);
    expect(partsOf(message?.components).flatMap(({ items = [] }) => items)).toEqual([
      {
        media: { url: 'attachment://telemetry.png' },
        description: expect.stringMatching(/^Usage of today so far.* 1 run\. 100\.0% succeeded/)
      }
    ]);
    for (const figure of [/\*\*1 run\*\*/, /\*\*100\.0% succeeded\*\* · 0 failed/, /\*\*fewer than 5 active guilds\*\*/])
      expect(textIn(message?.components)).toMatch(figure);
    const files = {
      text: /ping +1 +100\.0%/,
      csv: /discord,ping\.ping,,1,1,0/,
      json: /"events": ?2/,
      html: /<dd class="value"[^>]*>100\.0%</
    };
    for (const [format, content] of Object.entries(files)) {
      const reply = await askTelemetry(bot, { options: { format, days: 1, surface: 'discord' } });
      expect(reply).toMatchObject({
        ephemeral: true,
        embeds: [],
        files: [{ name: expect.stringMatching(/^telemetry\.(txt|csv|json|html)$/) }]
      });
      expect(reply?.files[0]?.text).toMatch(content);
    }
    const other = await askTelemetry(bot, { options: { format: 'json', surface: 'racetime' } });
    expect(JSON.parse(other?.files[0]?.text ?? '')).toMatchObject({ events: 0, features: [] });
  });

  test('status and privacy answer, and the command is never measured, whoever uses it', async () => {
    const database = await createDatabase();
    await using bot = await startOwnedBot({ database });
    await bot.discord.slash({ command: 'ping' });
    await settled();
    const status = await askTelemetry(bot, { subcommand: 'status' });
    expect(status).toMatchObject({ ephemeral: true, files: [], embeds: [] });
    expect(status?.content).toContain(`Telemetry is on\nDatabase: ${database.engine}`);
    expect(status?.content).toContain('2 made = 2 written + 0 queued + 0 dropped + 0 refused + 0 sampled out');
    const privacy = await askTelemetry(bot, { subcommand: 'privacy' });
    expect(privacy).toMatchObject({ ephemeral: true, files: [{ name: 'privacy.md', text: expect.stringContaining('`guild_hash`') }] });
    expect(await askTelemetry(bot, { user: bot.discord.player })).toEqual(refused);
    await settled();
    expect(await outcomes(database)).toEqual({ 'discord.ping.ping': { runs: 1, ok: 1, failed: 0 } });
  });
});

test('an option that is forged gets the sentence that says what it takes, and what was sent is not repeated', async () => {
  await using bot = await startOwnedBot();
  const days = /^That can't be done: the days of a report are a whole number from 1 to 365\.$/;
  const forged: [CommandCall['options'], RegExp][] = [
    [{ days: -5 }, days],
    [{ days: 1e9 }, days],
    [{ days: 1.5 }, days],
    [{ days: 'forged' }, days],
    [{ surface: 'forged' }, /: the surface of a report is one of discord, racetime, api\.$/],
    [{ surface: 7 }, /: the surface of a report is one of/],
    [{ format: 'forged' }, /: the format of a report is text, csv, json, html\.$/],
    [{ format: 'constructor' }, /: the format of a report is/],
    [{ format: true }, /: the format of a report is/],
    [{ operation: 'forged' }, /: no operation of that name ran in these days\.$/]
  ];
  for (const [options = {}, sentence] of forged) {
    const reply = await askTelemetry(bot, { options });
    expect({ options, content: reply?.content }).toEqual({ options, content: expect.stringMatching(sentence) });
    expect(reply).toMatchObject({ ephemeral: true, embeds: [], files: [] });
    expect(reply?.content).not.toContain('forged');
  }
  for (const options of [{}, { id: 'forged' }, { id: '-8111111111111111' }, { id: 811 }]) {
    const reply = await askTelemetry(bot, { subcommand: 'erase-guild', options });
    expect({ options, content: reply?.content }).toEqual({
      options,
      content: "That can't be done: the id of a guild has 17 to 20 digits."
    });
  }
  const unknown = await askTelemetry(bot, { subcommand: 'forged' });
  expect(unknown?.content).toBe("That can't be done: the subcommands are report, status, privacy and erase-guild.");
});

const eventsIn = (reply: Reply | undefined): number => JSON.parse(reply?.files[0]?.text ?? '{}').events;

test('a report that is asked for many times is read once in two seconds, and for a stranger never', async () => {
  await using bot = await startOwnedBot();
  await bot.discord.slash({ command: 'ping' });
  await settled();
  using read = jest.spyOn(SqlStore.prototype, 'usage');
  const ask = (user: Caller['user'] = bot.discord.owner): Promise<Reply | undefined> =>
    askTelemetry(bot, { user, options: { format: 'json', days: 2 } });
  await Promise.all(Array.from({ length: 5 }, () => ask(bot.discord.player)));
  expect(read).not.toHaveBeenCalled();

  const begin = performance.now();
  const replies = await Promise.all(Array.from({ length: 15 }, () => ask()));
  for (let call = 0; call < 5; call += 1) replies.push(await ask());
  expect(replies.map(eventsIn)).toEqual(replies.map(() => 2));
  expect(read.mock.calls.length).toBeLessThanOrEqual(1 + Math.floor((performance.now() - begin) / 2_000));

  await bot.discord.slash({ command: 'ping' });
  await until(async () => eventsIn(await ask()) === 4);
  expect((await askTelemetry(bot, { subcommand: 'erase-guild', options: { id: bot.discord.guilds[0]?.id ?? '' } }))?.content).toMatch(
    /4 events/
  );
  expect(eventsIn(await ask())).toBe(0);
});
