import { DatabaseSync } from 'node:sqlite';
import { setTimeout as wait } from 'node:timers/promises';
import type { PostgresServer } from '../../tests/support/postgres.ts';
import type { TcpProxy } from '../../tests/support/tcpProxy.ts';

/** A fault, from its begin to its end. */
export interface Fault {
  readonly name: string;
  /** @param ms how long it lasts, where it does last. */
  happen(ms: number): Promise<void>;
}

export function postgresqlFaults(server: PostgresServer, proxy: TcpProxy): readonly Fault[] {
  return [
    {
      name: 'PostgreSQL killed',
      happen: async (ms) => {
        await server.kill();
        await wait(ms);
        await server.restart();
      }
    },
    {
      name: 'PostgreSQL stopped',
      happen: async (ms) => {
        await server.stop();
        await wait(ms);
        await server.restart();
      }
    },
    { name: 'connections cut', happen: async () => proxy.cutAll() },
    { name: 'connection cut after a commit', happen: async () => proxy.cutAfterCommit('insert into telemetry_events') },
    {
      name: 'answers swallowed',
      happen: async (ms) => {
        proxy.swallow();
        await wait(ms);
        proxy.heal();
      }
    }
  ];
}

export function sqliteFaults(file: string): readonly Fault[] {
  const hold = (begin: string) => async (ms: number) => {
    const other = new DatabaseSync(file, { timeout: 2_000 });
    try {
      other.exec(begin);
      other.prepare('select count(*) from telemetry_losses').get();
      await wait(ms);
    } finally {
      other.close();
    }
  };
  return [
    { name: 'SQLite locked by a writer', happen: hold('begin immediate') },
    { name: 'SQLite held by a reader', happen: hold('begin') }
  ];
}

/** Lets faults happen one after the other until `end`. Returns how often each did. */
export async function letHappen(faults: readonly Fault[], random: () => number, end: number): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (;;) {
    const pause = 500 + 4_000 * random();
    const fault = faults[Math.floor(random() * faults.length)];
    const ms = 200 + 3_000 * random();
    if (fault === undefined || performance.now() + pause + ms > end) return counts;
    await wait(pause);
    await fault.happen(ms);
    counts[fault.name] = (counts[fault.name] ?? 0) + 1;
  }
}
