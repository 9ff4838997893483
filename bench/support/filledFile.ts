import { join } from 'node:path';
import { fillSqlite } from './fill.ts';
import { temporaryFolder } from './folder.ts';
import type { Plugin } from './plugin.ts';
import { timed } from './stats.ts';
import { openStore } from './stores.ts';
import type { Store } from '../../src/store/store.ts';

interface FilledFile {
  readonly folder: string;
  readonly file: string;
  readonly store: Store;
  readonly rollUpNote: string;
}

/** A file with `size` events of the last 30 days, those that are over rolled up. */
export async function filledFile(size: number, plugin: Plugin): Promise<FilledFile> {
  const folder = await temporaryFolder();
  const store = await openStore({ dataDir: folder }, plugin);
  const file = join(folder, 'telemetry.db');
  await fillSqlite(store, file, size);
  const ms = await timed(() => store.rollUp());
  const rollUpNote = `Rolling up the 29 closed days, and writing them anew: ${Math.round(ms).toLocaleString('en-US')} ms.`;
  return { folder, file, store, rollUpNote };
}
