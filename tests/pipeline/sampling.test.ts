import { afterEach, expect, test } from '@jest/globals';
import { Command, container } from '@sapphire/framework';
import type { ChatInputCommandInteraction } from 'discord.js';
import { settled, startBot, type TestBot } from '../support/bot.ts';
import { onBothDatabases, outcomes, type TestDatabase } from '../support/databases.ts';
import { ROLL } from '../support/handClock.ts';
import { seededRandom } from '../support/randomEvents.ts';
import { complaints } from '../support/traffic.ts';

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

/** A bot that records its runs at this rate, and has made them all. */
async function startAtRate(rate: number, database: TestDatabase): Promise<TestBot> {
  const bot = await startBot({
    database,
    commands: { roll: Roll },
    env: { TELEMETRY_SAMPLE_RATE: String(rate), TELEMETRY_QUEUE_SIZE: '10000' }
  });
  for (let run = 0; run < TRACKED; run += 1) await container.telemetry.track(ROLL, async () => undefined);
  await Promise.all(Array.from({ length: USED }, () => bot.discord.slash({ command: 'roll', timeoutMs: 20_000 })));
  await settled();
  return bot;
}

onBothDatabases((createDatabase) => {
  test('at a rate of a quarter a quarter of the runs is stored, each whole, and the report scales them back up', async () => {
    // The same chance in every run of the tests: without it, one in 370 would lie beyond three standard errors.
    Math.random = seededRandom(20_261_123);
    const database = await createDatabase();
    await using bot = await startAtRate(RATE, database);
    const stored = await outcomes(database);
    const [used, tracked] = [stored['discord.roll.roll']?.runs ?? 0, stored['discord.seeds.roll']?.runs ?? 0];
    expect(stored).toEqual({
      'discord.roll.roll': { runs: used, ok: used, failed: 0 },
      'discord.seeds.roll': { runs: tracked, ok: tracked, failed: 0 }
    });
    expect(used).toBeGreaterThan(0);
    expect(await database.sql('select distinct sample_rate as rate from telemetry_events')).toEqual([{ rate: RATE }]);

    const report = await container.telemetry.report();
    // Of a run both events are stored or none: the number of runs is binomial, and scaled by 1 / RATE.
    const standardError = (2 * Math.sqrt(RUNS * RATE * (1 - RATE))) / RATE;
    expect(Math.abs(report.events - 2 * RUNS)).toBeLessThan(3 * standardError);
    expect(report.events).toBe((2 * (used + tracked)) / RATE);
    expect(report).toMatchObject({ outcomes: { successRate: 1 }, quality: { sampleRates: [RATE], unfinished: 0 } });
    const written = 2 * (used + tracked);
    expect(container.telemetry.status().counters).toMatchObject({ made: 2 * RUNS, written, sampledOut: 2 * RUNS - written, dropped: 0 });
    expect(complaints(bot)).toEqual([]);
  });

  test('at a rate of 0 nothing is stored', async () => {
    const database = await createDatabase();
    await using bot = await startAtRate(0, database);
    expect(await outcomes(database)).toEqual({});
    expect(container.telemetry.status()).toMatchObject({ inFlight: 0, counters: { made: 2 * RUNS, sampledOut: 2 * RUNS, refused: 0 } });
    expect((await container.telemetry.report()).events).toBe(0);
    expect(complaints(bot)).toEqual([]);
  });
});
