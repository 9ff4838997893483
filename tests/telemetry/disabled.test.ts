import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { Command, container } from '@sapphire/framework';
import type { ChatInputCommandInteraction } from 'discord.js';
import { ENABLED, startBot } from '../support/bot.ts';
import { temporaryFolder } from '../support/databases.ts';
import { ROLL } from '../support/handClock.ts';
import { probe } from '../support/packageProbe.ts';

const PROBE_MS = 60_000;

class Roll extends Command {
  override async chatInputRun(interaction: ChatInputCommandInteraction): Promise<void> {
    container.telemetry.run(interaction).annotate({ provider: 'alttpr' });
    container.telemetry.run(interaction).fail('invalid_preset');
    await interaction.reply(await container.telemetry.track(ROLL, async () => 'a seed'));
  }
}

test.each([{}, { TELEMETRY_ENABLED: 'false', TELEMETRY_HASH_SALT: ENABLED.TELEMETRY_HASH_SALT }])(
  'a bot that has not turned telemetry on makes no file, loads no listener and no MikroORM, and sets no timer (%j)',
  async (env: Readonly<Record<string, string>>) => {
    const folder = await temporaryFolder();
    const { log, ...seen } = await probe(folder, env);
    expect(seen).toEqual({ mikroOrm: 0, timers: [], listeners: [] });
    expect(log.filter((line) => line.includes('elemetry') && !line.includes('ApplicationCommandRegistr'))).toEqual([
      expect.stringMatching(/^Telemetry disabled: .*TELEMETRY_ENABLED/)
    ]);
    expect(await readdir(folder)).toEqual([]);
  },
  PROBE_MS
);

test(
  'the same bot with telemetry on does all of it',
  async () => {
    const folder = await temporaryFolder();
    const { log, mikroOrm, timers, listeners } = await probe(folder, ENABLED);
    // SQLite's thread loads it.
    expect(mikroOrm).toBe(0);
    expect(timers).not.toEqual([]);
    expect(listeners).toContain('sapphire-plugin-telemetry/chatInputCommandRun');
    expect(log).toContainEqual(expect.stringMatching(/^Telemetry enabled/));
    expect(await readdir(folder)).toEqual(['.telemetry']);
  },
  PROBE_MS
);

test(
  'MikroORM is loaded by the bot that writes to PostgreSQL',
  async () => {
    const { mikroOrm } = await probe(await temporaryFolder(), {
      ...ENABLED,
      TELEMETRY_DATABASE_URL: 'postgresql://nobody@127.0.0.1:1/none'
    });
    expect(mikroOrm).toBeGreaterThan(0);
  },
  PROBE_MS
);

test('the service is there all the same, and does nothing', async () => {
  await using bot = await startBot({ commands: { roll: Roll } });
  const { telemetry } = container;
  expect((await bot.discord.slash({ command: 'roll' }))?.content).toBe('a seed');
  const description = { ...ROLL, guildId: '811111111111111111' };
  const [promise, error] = [Promise.resolve(1), new Error('broken')];
  const seed = telemetry.track(description, (run) => {
    run.annotate({ provider: 'alttpr' });
    run.fail('invalid_preset');
    return 'a seed';
  });
  expect(seed).toBe('a seed');
  expect(telemetry.track(description, () => promise)).toBe(promise);
  expect(() =>
    telemetry.track(description, () => {
      throw error;
    })
  ).toThrow(error);
  expect(await telemetry.flush()).toBe(true);
  await expect(telemetry.report()).rejects.toThrow(/TELEMETRY_ENABLED=true/);
  await expect(telemetry.purge()).rejects.toThrow(/TELEMETRY_ENABLED=true/);
  await expect(telemetry.eraseGuild(description.guildId)).rejects.toThrow(/TELEMETRY_ENABLED=true/);
  expect(telemetry.enabled).toBe(false);
  expect(telemetry.status()).toMatchObject({ state: 'off', queueLength: 0, inFlight: 0, counters: { made: 0 } });
});

test('/telemetry says that it is off and how to turn it on, to the owner alone', async () => {
  const dataDir = join(await temporaryFolder(), 'data');
  const bot = await startBot({ env: { TELEMETRY_DATA_DIR: dataDir } });
  for (const subcommand of ['report', 'status']) {
    const reply = await bot.discord.slash({ command: 'telemetry', subcommand, user: bot.discord.owner });
    expect(reply).toMatchObject({ ephemeral: true, embeds: [], files: [] });
    expect(reply?.content).toMatch(/TELEMETRY_ENABLED=true and TELEMETRY_HASH_SALT/);
    const stranger = await bot.discord.slash({ command: 'telemetry', subcommand });
    expect(stranger).toMatchObject({ content: "Sorry, only this bot's owners can use this command.", ephemeral: true });
  }
  const customId = 'sapphire-telemetry:page:speed:7:all:-';
  const clicked = await bot.discord.button({ customId, user: bot.discord.owner });
  expect(clicked).toMatchObject({ content: expect.stringMatching(/TELEMETRY_ENABLED=true/), ephemeral: true });
  const privacy = await bot.discord.slash({ command: 'telemetry', subcommand: 'privacy', user: bot.discord.owner });
  expect(privacy?.files[0]?.name).toBe('privacy.md');
  await bot.stop();
  await expect(readdir(dataDir)).rejects.toThrow('ENOENT');
});
