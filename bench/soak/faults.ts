import { DatabaseSync } from 'node:sqlite';
import { setTimeout as wait } from 'node:timers/promises';
import type { PostgresServer } from '../../tests/support/postgres.ts';
import type { TcpProxy } from '../../tests/support/tcpProxy.ts';

/** Something that goes wrong, and is mended. */
interface Fault {
  readonly name: string;
  /** @param ms how long it lasts, where it lasts at all. */
  inject(ms: number): Promise<void>;
}

export function postgresqlFaults(server: PostgresServer, proxy: TcpProxy): readonly Fault[] {
  return [
    {
      name: 'PostgreSQL killed',
      inject: async (ms) => {
        await server.kill();
        await wait(ms);
        await server.restart();
      }
    },
    {
      name: 'PostgreSQL stopped',
      inject: async (ms) => {
        await server.stop();
        await wait(ms);
        await server.restart();
      }
    },
    { name: 'connections cut', inject: async () => proxy.cutAll() },
    { name: 'connection cut after a commit', inject: async () => proxy.cutAfterCommit('insert into "public"."telemetry_events"') },
    {
      name: 'answers swallowed',
      inject: async (ms) => {
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
    { name: 'SQLite locked by a writer', inject: hold('begin immediate') },
    { name: 'SQLite held by a reader', inject: hold('begin') }
  ];
}

/** Injects faults at random, one after the other, until `end`. Resolves to how often each happened. */
export async function injectFaults(faults: readonly Fault[], random: () => number, end: number): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (;;) {
    const pause = 500 + 4_000 * random();
    const fault = faults[Math.floor(random() * faults.length)];
    const ms = 200 + 3_000 * random();
    if (fault === undefined || performance.now() + pause + ms > end) return counts;
    await wait(pause);
    await fault.inject(ms);
    counts[fault.name] = (counts[fault.name] ?? 0) + 1;
  }
}
