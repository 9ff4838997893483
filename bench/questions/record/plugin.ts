import { DatabaseSync } from 'node:sqlite';
import { join } from 'node:path';
import { systemClock } from '../../../src/events/clock.ts';
import { EventCounters } from '../../../src/pipeline/eventCounters.ts';
import { EventQueue } from '../../../src/pipeline/eventQueue.ts';
import { EventRecorder } from '../../../src/pipeline/eventRecorder.ts';
import { Flusher } from '../../../src/pipeline/flusher.ts';
import { Losses } from '../../../src/pipeline/losses.ts';
import type { TelemetryEvent } from '../../../src/schema/eventFields.ts';
import { makeEvents } from '../../support/events.ts';
import { temporaryFolder } from '../../support/folder.ts';
import { ours, type Plugin } from '../../support/plugin.ts';
import { connect, createDatabase } from '../../support/postgres.ts';
import { makeRuns, quietLogger, startTelemetry } from '../../support/telemetry.ts';
import type { Contestant } from './contestant.ts';

const COUNT = 'select count(*) as count from telemetry_events';

/** All of the plugin, with the way into either database. */
export async function pluginContestants(plugin: Plugin, name: string): Promise<Contestant[]> {
  const folder = await temporaryFolder();
  const url = await createDatabase();
  const client = await connect(url);
  const countSqlite = (): number => {
    using database = new DatabaseSync(join(folder, 'telemetry.db'));
    return Number(database.prepare(COUNT).get()?.['count']);
  };
  const countPostgresql = async (): Promise<number> => Number((await client.query<{ count: string }>(COUNT)).rows[0]?.count);
  return [
    await wholePlugin(plugin, `${name}, into SQLite: begin, succeed, end`, { TELEMETRY_DATA_DIR: folder }, countSqlite),
    await wholePlugin(plugin, `${name}, into PostgreSQL: begin, succeed, end`, { TELEMETRY_DATABASE_URL: url }, countPostgresql)
  ];
}

async function wholePlugin(
  plugin: Plugin,
  name: string,
  env: Readonly<Record<string, string>>,
  delivered: Contestant['delivered']
): Promise<Contestant> {
  const telemetry = await startTelemetry(plugin, env);
  return {
    name,
    unitsPerRun: 2,
    hasWayOut: true,
    make: (units) => makeRuns(telemetry, units / 2),
    deliver: async () => {
      if (!(await telemetry.flush())) throw new Error(`${name}: ${telemetry.status().problem ?? 'not open'}`);
    },
    delivered
  };
}

/** The check of an event that was made before, and its place in the queue, which is emptied off the clock. Of this checkout only. */
export function recorderAlone(): Contestant {
  const queue = new EventQueue(1000);
  const shared = {
    queue,
    counters: new EventCounters(),
    losses: new Losses({ put: () => undefined, takeBack: () => true }),
    log: quietLogger(ours)
  };
  const recorder = new EventRecorder({ ...shared, flusher: new Flusher({ ...shared, intervalMs: 2000 }) });
  const makeNext = (): TelemetryEvent[] => makeEvents(systemClock().today(), queue.capacity / 2);
  let next = makeNext();
  let taken = 0;
  return {
    name: 'ours: record() alone, of a ready event, no way out',
    unitsPerRun: 2,
    hasWayOut: false,
    make: (units) => {
      for (let index = 0; index < units; index += 1) recorder.record(next[index] as TelemetryEvent);
    },
    deliver: async () => {
      const batch = queue.take(queue.capacity);
      taken += batch.length;
      queue.settle(batch.length);
      next = makeNext();
    },
    delivered: () => taken
  };
}
