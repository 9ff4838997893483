import { openStore, TODAY } from './support/stores.ts';
import { spansOf } from '../src/reports/buildReport.ts';
import { releaseAll } from './support/cleanup.ts';
const cpu = () => { const { user, system } = process.threadCpuUsage(); return (user + system) / 1000; };
const store = await openStore({ dataDir: process.argv[2]! });
const spans = spansOf(TODAY, 14);
const t: number[] = [];
for (let i = 0; i < 14; i++) { const b = cpu(); await store.usage({ spans }); t.push(cpu() - b); }
t.sort((a, b) => a - b);
console.log(process.argv[2], 'cpu ms of usage: least', t[0]!.toFixed(0), 'median', t[7]!.toFixed(0));
await releaseAll();
process.exit(0);
