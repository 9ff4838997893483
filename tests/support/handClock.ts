import { jest } from '@jest/globals';
import { readSettings } from '../../config/settings.ts';
import { checkClientOptions, type TelemetryClientOptions } from '../../src/telemetry/clientOptions.ts';
import type { Clock } from '../../src/events/clock.ts';
import { ActiveTelemetry } from '../../src/telemetry/activeTelemetry.ts';
import type { EnabledSettings } from '../../src/telemetry/activeTelemetry.ts';
import { ENABLED, until } from './bot.ts';
import { sqliteDatabase, temporaryFolder, type TestDatabase } from './databases.ts';
import { atSuiteEnd } from './postgresSuite.ts';
import { recordingLog } from './recordingLog.ts';

/** What most runs of these tests are called. */
export const ROLL = { surface: 'discord', feature: 'seeds', operation: 'roll' } as const;

/** A clock that stands still until it is told. */
export class HandClock implements Clock {
  ms = 1_000_000;
  day = '2026-02-12';
  monotonicMs(): number {
    return this.ms;
  }
  nowMs(): number {
    return Date.parse(this.day);
  }
  today(): string {
    return this.day;
  }
}

/** Telemetry by itself, without a bot. */
export interface HandledTelemetry extends AsyncDisposable {
  readonly telemetry: ActiveTelemetry;
  readonly clock: HandClock;
  /** Every line that was logged. */
  readonly log: string[];
}

interface TelemetryOptions {
  readonly database?: TestDatabase;
  readonly env?: Readonly<Record<string, string>>;
  readonly options?: TelemetryClientOptions;
}

/** Telemetry with a clock of its own, not started: `await using made = await makeTelemetry(…)`. The end of the test file closes it too. */
export async function makeTelemetry({ database, env = {}, options = {} }: TelemetryOptions): Promise<HandledTelemetry> {
  const log: string[] = [];
  const clock = new HandClock();
  checkClientOptions(options);
  const settings = readSettings({ ...ENABLED, TELEMETRY_DATA_DIR: await temporaryFolder(), ...database?.env, ...env }) as EnabledSettings;
  const telemetry = new ActiveTelemetry({ settings, clock, options, log: recordingLog(log) });
  await telemetry.ready();
  const close = (): Promise<void> => telemetry.close();
  atSuiteEnd(close);
  return { telemetry, clock, log, [Symbol.asyncDispose]: close };
}

/** Telemetry that has opened its database; by default one of SQLite. */
export async function startTelemetry(given: TelemetryOptions = {}): Promise<HandledTelemetry & { readonly database: TestDatabase }> {
  const database = given.database ?? (await sqliteDatabase());
  const made = await makeTelemetry({ ...given, database });
  made.telemetry.start();
  await until(() => made.telemetry.status().state === 'open');
  return { ...made, database };
}

/** Fakes the timers that tick every minute, and no others: the database and the flusher live in real time. */
export function fakeMinutes(): void {
  jest.useFakeTimers({
    doNotFake: [
      'Date',
      'hrtime',
      'nextTick',
      'performance',
      'queueMicrotask',
      'setImmediate',
      'clearImmediate',
      'setTimeout',
      'clearTimeout'
    ]
  });
}
