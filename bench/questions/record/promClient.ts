import { Counter, Registry } from 'prom-client';
import type { Contestant } from './contestant.ts';

const LABELS = { surface: 'discord', feature: 'generator', operation: 'preset', provider: 'alttpr', status: 'ok' };

/** A counter, and its page made once a thousand increments. */
export function promClient(): Contestant {
  const registry = new Registry();
  const counter = new Counter({ name: 'events', help: 'events', labelNames: Object.keys(LABELS), registers: [registry] });
  let page = '';
  return {
    name: 'prom-client counter, page made each 1,000',
    unitsPerRun: 2,
    hasWayOut: true,
    make: (units) => {
      for (let index = 0; index < units; index += 1) counter.inc({ ...LABELS });
    },
    deliver: async () => {
      page = await registry.metrics();
    },
    delivered: () => Number(/^events\{.*\} (\d+)$/m.exec(page)?.[1] ?? 0)
  };
}
