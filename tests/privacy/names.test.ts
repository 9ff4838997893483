import { expect, test } from '@jest/globals';
import { container } from '@sapphire/framework';
import type { RunDescription } from '../../src/events/runDescription.ts';
import { checkClientOptions } from '../../src/telemetry/clientOptions.ts';
import type { TelemetryService } from '../../src/telemetry/telemetryService.ts';
import { settled } from '../support/bot.ts';
import { onBothDatabases, outcomes, storedEvents } from '../support/databases.ts';
import { ROLL, startTelemetry } from '../support/handClock.ts';
import { leaksIn, shownBy } from '../support/sentinels.ts';
import { GUILD, startSentinelBot, USER } from './sentinelBot.ts';

/** Texts and other things that are no names. */
const NO_NAMES: readonly unknown[] = [
  'a.b',
  'sentinel.example.org',
  'x'.repeat(99),
  `user_${USER.id}`,
  'id١٢٣٤٥٦٧٨٩٠١٢٣٤٥٦٧',
  '',
  ' ',
  'semi;colon',
  "o'clock",
  '<@723456789012345678>',
  'emoji😀',
  '\u202Eright-to-left',
  'nul\u0000',
  { feature: 'sentinel' },
  ['sentinel', 'list'],
  () => 'sentinel'
];

function trap(): never {
  throw new Error('sentinel');
}
const throwing = new Proxy({}, { get: trap, ownKeys: trap });

onBothDatabases((createDatabase) => {
  test('names that are no names become "other" or "unexpected_error", are counted, and break nothing', async () => {
    const database = await createDatabase();
    await using bot = await startSentinelBot(database, { TELEMETRY_QUEUE_SIZE: '100000' });
    const { telemetry } = container;
    let replaced = 0;
    for (const name of NO_NAMES as string[]) {
      const provider = typeof name === 'string' ? `a b ${name}` : name;
      telemetry.track({ surface: 'discord', feature: name, operation: name, provider, guildId: GUILD.id }, () => undefined);
      telemetry.track(ROLL, (run) => {
        run.annotate({ provider: `a b ${name}` });
        run.fail(name);
      });
      expect({ name, replaced: telemetry.status().replacedNames }).toEqual({ name, replaced: (replaced += 5) });
    }
    await settled();
    const runs = NO_NAMES.length;
    expect(await outcomes(database)).toEqual({
      'discord.other.other': { runs, ok: runs, failed: 0 },
      'discord.seeds.roll': { runs, ok: 0, failed: runs }
    });
    for (const row of await storedEvents(database)) {
      expect([null, 'other']).toContain(row['provider']);
      expect([null, 'unexpected_error']).toContain(row['error_type']);
    }

    for (const name of [throwing, null, undefined, Symbol('sentinel'), Object.create(null), 7n] as unknown as string[]) {
      const description = { surface: 'discord', feature: name, operation: name, provider: name, guildId: name } as const;
      expect(telemetry.track(description, () => 'a seed')).toBe('a seed');
      const seed = telemetry.track(ROLL, (run) => {
        run.fail(name);
        run.annotate({ provider: name });
        return 'a seed';
      });
      expect(seed).toBe('a seed');
    }
    await settled();
    const { counters } = telemetry.status();
    expect(counters).toMatchObject({ refused: 0, dropped: 0, made: counters.written });
    const seen = JSON.stringify(await storedEvents(database)) + (await shownBy(bot));
    expect(seen).not.toMatch(/sentinel|723456789012345678/i);
    expect(leaksIn(seen)).toEqual([]);
  });

  test('digits count together, whatever stands between them, and over the whole name of an event', async () => {
    const database = await createDatabase();
    await using started = await startTelemetry({ database, options: { errorTypes: { e1234567_b8901234: true } } });
    const { telemetry } = started;
    const track = (feature: string, operation: string, provider?: string, errorType?: string): void =>
      telemetry.track({ surface: 'discord', feature, operation, provider }, (run) => {
        if (errorType !== undefined) run.fail(errorType);
      });
    track('f1234567', 'o8901234', 'p123.456-789x01234', 'e1234567_b8901234');
    expect(telemetry.status().replacedNames).toBe(0);
    track('123456789', '012345678');
    track('f1234567', 'o89012345');
    track('seeds_1234567_b_89012345', 'roll');
    track('seeds', 'roll', 'p123.456-789x012345');
    expect(() => checkClientOptions({ errorTypes: { e1234567_b89012345: true } })).toThrow('telemetry.errorTypes');
    await telemetry.flush();
    expect(await outcomes(database)).toEqual({
      'discord.f1234567.o8901234': { runs: 1, ok: 0, failed: 1 },
      'discord.other.other': { runs: 2, ok: 2, failed: 0 },
      'discord.other.roll': { runs: 1, ok: 1, failed: 0 },
      'discord.seeds.roll': { runs: 1, ok: 1, failed: 0 }
    });
    const rows = await storedEvents(database);
    expect(new Set(rows.map((row) => row['provider']))).toEqual(new Set([null, 'other', 'p123.456-789x01234']));
    expect(new Set(rows.map((row) => row['error_type']))).toEqual(new Set([null, 'e1234567_b8901234']));
    expect(telemetry.status().counters.refused).toBe(0);
  });

  test('a text of several lines is no name', async () => {
    const database = await createDatabase();
    await using bot = await startSentinelBot(database);
    container.telemetry.track({ ...ROLL, feature: 'seeds\nof' }, () => undefined);
    container.telemetry.track({ ...ROLL, operation: 'of\nroll' }, () => undefined);
    await settled();
    expect(await outcomes(database)).toEqual({
      'discord.other.roll': { runs: 1, ok: 1, failed: 0 },
      'discord.seeds.other': { runs: 1, ok: 1, failed: 0 }
    });
    expect(await shownBy(bot)).not.toMatch(/seeds\s+of|of\s+roll/);
  });

  test.each<[string, unknown]>([
    ['nothing', undefined],
    ['null', null],
    ['a proxy that throws', throwing]
  ])('where code hands over %s instead of names, the work goes on all the same', async (_, wrong) => {
    const database = await createDatabase();
    await using bot = await startSentinelBot(database);
    const { runs } = container.telemetry as TelemetryService;
    expect(container.telemetry.track(wrong as RunDescription, () => 'a seed')).toBe('a seed');
    expect(() => runs.begin({}, wrong as RunDescription)).not.toThrow();
    expect(() => runs.annotate({}, wrong as { provider: string })).not.toThrow();
    for (const method of ['succeed', 'end', 'has'] as const) expect(() => runs[method](wrong as object)).not.toThrow();
    await bot.stop();
    expect(bot.log.join('\n')).not.toContain('sentinel');
  });
});
