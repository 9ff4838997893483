import { jest } from '@jest/globals';
import { readSettings } from '../../config/settings.ts';
import type { TelemetryClientOptions } from '../../src/telemetry/clientOptions.ts';
import type { Clock } from '../../src/events/clock.ts';
import { ThrottledLogger } from '../../src/logging/throttledLogger.ts';
import { ActiveTelemetry } from '../../src/telemetry/activeTelemetry.ts';
import type { EnabledSettings } from '../../src/telemetry/activeTelemetry.ts';
import { ENABLED } from './bot.ts';
import { atSuiteEnd } from './postgresSuite.ts';

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

export interface HandledTelemetry {
  readonly telemetry: ActiveTelemetry;
  readonly clock: HandClock;
  /** Every line that was logged. */
  readonly log: string[];
}

/** Telemetry by itself, with a clock of one's own, until the end of the test file. */
export async function makeTelemetry({
  env,
  options = {}
}: {
  readonly env: Readonly<Record<string, string>>;
  readonly options?: TelemetryClientOptions;
}): Promise<HandledTelemetry> {
  const log: string[] = [];
  const write = (line: string): void => void log.push(line);
  const clock = new HandClock();
  const settings = readSettings({ ...ENABLED, ...env }) as EnabledSettings;
  const telemetry = new ActiveTelemetry({
    settings,
    clock,
    options,
    log: new ThrottledLogger(() => ({ info: write, warn: write, error: write }))
  });
  atSuiteEnd(() => telemetry.close());
  return { telemetry, clock, log };
}

/** Fakes the timers that tick by the minute, and no others: the database and the flusher live in real time. */
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
