import { afterEach, expect, test } from '@jest/globals';
import { Command, container } from '@sapphire/framework';
import type { ChatInputCommandInteraction } from 'discord.js';
import { ENABLED, settled, startBot } from './support/bot.ts';
import { countEvents, onBothDatabases } from './support/databases.ts';

const RATE = 0.25;
/** Runs that are made by track(), for speed, and by slash commands. */
const TRACKED = 900;
const USED = 100;
const RUNS = TRACKED + USED;

class Roll extends Command {
  override async chatInputRun(interaction: ChatInputCommandInteraction): Promise<void> {
    await interaction.reply('a seed');
  }
}

const chance = Math.random;
afterEach(() => {
  Math.random = chance;
});

/** Chance that is the same in every run of the tests: a test within three standard errors would fail once in 370 runs otherwise. */
function seedChance(seed: number): void {
  let state = seed;
  // Mulberry32, by Tommy Ettinger (public domain).
  Math.random = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

async function makeRuns(rate: number, env: Readonly<Record<string, string>>): Promise<() => Promise<void>> {
  const bot = await startBot({
    commands: { roll: Roll },
    env: { ...ENABLED, ...env, TELEMETRY_SAMPLE_RATE: String(rate), TELEMETRY_QUEUE_SIZE: '10000' }
  });
  const source = { surface: 'discord', feature: 'seeds', operation: 'track' } as const;
  for (let run = 0; run < TRACKED; run += 1) {
    await container.telemetry.track(source, async () => undefined);
  }
  await Promise.all(Array.from({ length: USED }, () => bot.discord.slash({ command: 'roll', timeoutMs: 20_000 })));
  await settled();
  return () => bot.stop();
}

onBothDatabases((createDatabase) => {
  test('at a rate of a quarter a quarter of the runs is stored, each whole, and the report scales them back up', async () => {
    seedChance(20_261_123);
    const database = await createDatabase();
    const stop = await makeRuns(RATE, database.env);
    const stored = await countEvents(database);
    const rolls = stored['discord.roll.roll.invoke'] ?? 0;
    const tracked = stored['discord.seeds.track.invoke'] ?? 0;
    expect(stored).toEqual({
      'discord.roll.roll.invoke': rolls,
      'discord.roll.roll.success': rolls,
      'discord.seeds.track.invoke': tracked,
      'discord.seeds.track.success': tracked
    });
    expect(rolls).toBeGreaterThan(0);
    expect(await database.sql(`select distinct sample_rate as rate from telemetry_events`)).toEqual([{ rate: RATE }]);

    const report = await container.telemetry.report();
    // Of a run both events are stored or none: the number of runs is binomial, and scaled by 1 / RATE.
    const standardError = (2 * Math.sqrt(RUNS * RATE * (1 - RATE))) / RATE;
    expect(Math.abs(report.events - 2 * RUNS)).toBeLessThan(3 * standardError);
    expect(report.events).toBe((2 * (rolls + tracked)) / RATE);
    expect(report).toMatchObject({ outcomes: { successRate: 1 }, quality: { sampleRates: [RATE], unfinished: 0 } });
    const written = 2 * (rolls + tracked);
    expect(container.telemetry.status().counters).toMatchObject({ made: 2 * RUNS, written, sampledOut: 2 * RUNS - written, dropped: 0 });
    await stop();
  });

  test('at a rate of 0 nothing is stored', async () => {
    const database = await createDatabase();
    const stop = await makeRuns(0, database.env);
    expect(await countEvents(database)).toEqual({});
    expect(container.telemetry.status()).toMatchObject({ inFlight: 0, counters: { made: 2 * RUNS, sampledOut: 2 * RUNS, refused: 0 } });
    expect((await container.telemetry.report()).events).toBe(0);
    await stop();
  });
});
