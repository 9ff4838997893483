import { randomUUID } from 'node:crypto';
import { makeEvents } from '../support/events.ts';
import { loadPlugin, ours } from '../support/plugin.ts';
import { systemClock } from '../../src/events/clock.ts';
import { createDatabase } from '../support/postgres.ts';
import { releaseAll } from '../support/cleanup.ts';
const batches = Number(process.argv[2] ?? 200);
const clock = systemClock(); const day = clock.today();
const sets = Array.from({ length: 5 }, () => makeEvents(day, 500));
const names = ['ours', ...process.argv.slice(3)];
const stores = [];
for (const n of names) {
  const plugin = n === 'ours' ? ours : await loadPlugin(n);
  stores.push(await plugin.openStore({ databaseUrl: await createDatabase(), dataDir: '' }, { migrate: true, busyTimeoutMs: 250, saltFingerprint: 'ab'.repeat(32) } as never, clock));
}
const all = names.map(() => [] as number[]);
for (let b = 0; b < batches; b++) for (const [i, store] of stores.entries()) {
  const events = sets[b % 5]!.map((e) => ({ ...e, id: randomUUID() }));
  const before = process.cpuUsage();
  await store.write(events);
  const { user, system } = process.cpuUsage(before);
  if (b > 20) all[i]!.push(user + system);
}
for (const [i, n] of names.entries()) { const s = all[i]!.toSorted((a, b) => a - b); console.log(n, 'mean', (s.reduce((a, b) => a + b, 0) / s.length) | 0, 'median µs/batch', s[s.length >> 1], 'p10', s[(s.length / 10) | 0]); }
for (const s of stores) await s.close();
await releaseAll(); process.exit(0);
