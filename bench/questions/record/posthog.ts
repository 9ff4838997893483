import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { PostHog } from 'posthog-node';
import { atEnd } from '../../support/cleanup.ts';
import type { Contestant } from './contestant.ts';

const PROPERTIES = { surface: 'discord', feature: 'generator', operation: 'preset', provider: 'alttpr', status: 'ok', durationMs: 123 };

/** capture(), with the client's own defaults, into a server on this machine in a process of its own. */
export async function posthog(): Promise<Contestant> {
  const sink = fork(fileURLToPath(new URL('posthogSink.ts', import.meta.url)), { execArgv: [] });
  atEnd(() => sink.kill());
  const [port] = (await once(sink, 'message')) as [number];
  const client = new PostHog('bench', { host: `http://127.0.0.1:${port}`, maxQueueSize: 10_000, disableRemoteConfig: true });
  atEnd(() => client.shutdown(1000));
  return {
    name: 'posthog-node capture(), HTTP to this machine',
    unitsPerRun: 2,
    hasWayOut: true,
    make: (units) => {
      for (let index = 0; index < units; index += 1)
        client.capture({ distinctId: 'bench', event: 'discord.generator.preset.success', properties: PROPERTIES });
    },
    deliver: () => client.flush(),
    delivered: async () => {
      sink.send('count');
      const [count] = (await once(sink, 'message')) as [number];
      return count;
    }
  };
}
