import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type * as settings from '../../config/settings.ts';
import type * as throttledLogger from '../../src/logging/throttledLogger.ts';
import type * as readReport from '../../src/reports/readReport.ts';
import type * as openStore from '../../src/storage/openStore.ts';
import type * as activeTelemetry from '../../src/telemetry/activeTelemetry.ts';
import { ROOT } from './folder.ts';

/** What a bench drives of the plugin, from the sources of one checkout. */
export type Plugin = Awaited<ReturnType<typeof loadPlugin>>;

/** Loads the plugin of the checkout in `folder`. Another one must have these files, and what they export must be driven alike. */
export async function loadPlugin(folder: string) {
  const load = async <Module>(file: string): Promise<Module> => (await import(pathToFileURL(join(folder, file)).href)) as Module;
  return {
    ...(await load<typeof settings>('config/settings.ts')),
    ...(await load<typeof throttledLogger>('src/logging/throttledLogger.ts')),
    ...(await load<typeof readReport>('src/reports/readReport.ts')),
    ...(await load<typeof openStore>('src/storage/openStore.ts')),
    ...(await load<typeof activeTelemetry>('src/telemetry/activeTelemetry.ts'))
  };
}

/** The plugin of this checkout. */
export const ours = await loadPlugin(ROOT);
