import { expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import type { TelemetryClientOptions } from '../../src/telemetry/clientOptions.ts';
import { createTelemetry } from '../../src/telemetry/createTelemetry.ts';
import { ENABLED, SALT, until } from '../support/bot.ts';
import { ROLL } from '../support/handClock.ts';
import { recordingLog } from '../support/recordingLog.ts';
import { anything, errorText, leaksIn, snowflakes, statusOf, texts } from '../support/sentinels.ts';

const variable = (...right: readonly string[]): fc.Arbitrary<string> => fc.oneof(fc.constantFrom(...right), texts);
const environments = fc.record(
  {
    TELEMETRY_ENABLED: variable('true', 'false'),
    TELEMETRY_HASH_SALT: variable(SALT, `zqxjG${SALT}`),
    TELEMETRY_SAMPLE_RATE: variable('1'),
    TELEMETRY_RETENTION_DAYS: variable('30'),
    TELEMETRY_QUEUE_SIZE: variable('1000'),
    TELEMETRY_DATABASE_URL: variable('postgresql://zqxj:zqxj@127.0.0.1:1/zqxj?schema=zqxj'),
    TELEMETRY_DATA_DIR: texts,
    TELEMETRY_FLUSH_INTERVAL_MS: variable('100'),
    TELEMETRY_PURGE_CRON: variable('0 2 * * *'),
    TELEMETRY_AUTO_MIGRATE: variable('true'),
    TELEMETRY_NOTIFY: fc.oneof(snowflakes, variable('owner')),
    TELEMETRY_DIGEST_CRON: variable('0 8 * * 1'),
    TELEMETRY_OWNER_IDS: fc.oneof(snowflakes, texts),
    TELEMETRY_COMMAND_GUILDS: fc.oneof(snowflakes, texts)
  },
  { requiredKeys: [] }
);
const clientOptions = fc.oneof(
  fc.constant(undefined),
  anything,
  fc.record(
    {
      commands: fc.oneof(
        fc.dictionary(texts, fc.oneof(fc.constant(false), fc.record({ feature: anything, provider: anything }))),
        anything
      ),
      excludeGuilds: fc.oneof(fc.array(fc.oneof(snowflakes, anything)), anything),
      errorTypes: fc.oneof(fc.dictionary(texts, anything), anything),
      classifyError: anything
    },
    { requiredKeys: [] }
  ),
  fc.dictionary(texts, anything)
) as fc.Arbitrary<TelemetryClientOptions | undefined>;

test('no setting and no client option, right or wrong, is repeated by what is said of them', () => {
  fc.assert(
    fc.property(environments, clientOptions, (env, options) => {
      const log: string[] = [];
      const { service: telemetry, announcement } = createTelemetry(env, options, recordingLog(log));
      telemetry.track(ROLL, () => undefined);
      expect(leaksIn([announcement, ...log, statusOf(telemetry)].join('\n'))).toEqual([]);
    }),
    { numRuns: 500 }
  );
});

test('of the URL of a database that is away nothing is seen but the name of its host', async () => {
  const log: string[] = [];
  const env = { ...ENABLED, TELEMETRY_DATABASE_URL: 'postgresql://zqxj:zqxj%40@127.0.0.1:1/zqxj?schema=zqxj' };
  const { service: telemetry } = createTelemetry(env, undefined, recordingLog(log));
  telemetry.start();
  await until(() => telemetry.status().problem !== null);
  const refusals = await Promise.all([telemetry.report(), telemetry.purge(), telemetry.eraseGuild('1')].map((one) => one.catch(errorText)));
  await telemetry.close();
  expect(log.join('\n')).toContain('ECONNREFUSED');
  expect(leaksIn([...log, ...refusals.map(String), statusOf(telemetry)].join('\n'))).toEqual([]);
});
