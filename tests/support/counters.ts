import { expect } from '@jest/globals';
import { container } from '@sapphire/framework';
import type { TelemetryStatus } from '../../src/telemetry/status.ts';
import type { TestDatabase } from './databases.ts';

interface Counted {
  readonly counters: Omit<TelemetryStatus['counters'], 'forgotten'> & { readonly forgotten?: number };
  readonly queueLength: number;
}

/** Of every event that was made it is known what became of it. */
export function expectCountersToAddUp({ counters, queueLength }: Counted = container.telemetry.status()): void {
  const { made, written, dropped, refused, sampledOut, forgotten = 0 } = counters;
  expect({ made: sampledOut + queueLength + written + dropped + refused + forgotten }).toEqual({ made });
}

/** The counters add up, nothing waits, and the tables hold just what they say: each event that was written, and how many were lost. */
export async function expectCountersInDatabase(
  database: Pick<TestDatabase, 'sql'>,
  status: Counted = container.telemetry.status()
): Promise<void> {
  expectCountersToAddUp(status);
  const { written, dropped, refused } = status.counters;
  const [row] = await database.sql(`select (select count(*) from telemetry_events) as written,
    (select coalesce(sum(count), 0) from telemetry_losses where reason = 'queue_full') as dropped,
    (select coalesce(sum(count), 0) from telemetry_losses where reason = 'refused') as refused`);
  const stored = Object.fromEntries(Object.entries(row ?? {}).map(([name, count]) => [name, Number(count)]));
  expect({ ...stored, queueLength: 0 }).toEqual({ written, dropped, refused, queueLength: status.queueLength });
}
