import type { Meter } from '../../src/metrics/meter.ts';
import { SECRET } from '../telemetry/workingBot.ts';

type Call = () => never;

/** How a call of a meter may fail: at once, some day, or by never coming back. */
export const fail: Call = () => {
  throw new Error(SECRET);
};
export const failLater = (() => Promise.reject(new Error(SECRET))) as Call;
export const endlessly: Call = () => endlessly();

/** A meter that can't make instruments, or whose instruments take nothing. */
export function brokenMeter({ making, recording = fail }: { readonly making?: Call; readonly recording?: Call }): Meter {
  const instrument = { record: recording, add: recording, addCallback: recording };
  const make = making ?? ((): typeof instrument => instrument);
  return { createHistogram: make, createCounter: make, createObservableCounter: make, createObservableUpDownCounter: make };
}
