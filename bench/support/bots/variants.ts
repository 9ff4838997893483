import { DatabaseSync } from 'node:sqlite';
import { join } from 'node:path';
import { ProviderStandIn } from '../../../examples/stand-ins/provider.ts';
import { atEnd } from '../cleanup.ts';
import { ROOT, temporaryFolder } from '../folder.ts';
import { connect, createDatabase } from '../postgres.ts';
import { ENABLED } from '../telemetry.ts';

/** Events that a database holds, and those that it says were dropped. */
interface EventCount {
  readonly written: number;
  readonly dropped: number;
}

/** The sample bot of a checkout, with telemetry off or on. */
export interface BotVariant {
  readonly name: string;
  readonly folder: string;
  readonly env: Readonly<Record<string, string>>;
  /** Asks its database what became of its events; `undefined` where telemetry is off. */
  readonly countEvents?: () => Promise<EventCount>;
}

interface BotVariants {
  readonly off: BotVariant;
  /** The same again: what it differs by from the first is the noise. */
  readonly noise: BotVariant;
  /** All of this checkout, `off` first. */
  readonly ours: readonly BotVariant[];
  /** The likes of `ours` in the other checkout, or none. */
  readonly others: readonly BotVariant[];
}

/** Longer than a batch waits before it is written. */
export const FLUSHED_MS = 3_000;
const COUNT = `select (select count(*) from telemetry_events) as written, (select coalesce(sum(count), 0) from telemetry_losses) as dropped`;

/** @param against the folder of the other checkout. */
export async function botVariants(against: string | undefined): Promise<BotVariants> {
  const ours = await variantsOf(ROOT, '');
  const others = against === undefined ? [] : await variantsOf(against, 'the other, ');
  const [off] = ours;
  return { off, noise: { ...off, name: 'off, a second bot: the noise' }, ours, others };
}

async function variantsOf(folder: string, prefix: string): Promise<[off: BotVariant, sqlite: BotVariant, postgresql: BotVariant]> {
  const provider = await ProviderStandIn.start({ delayMs: 0 });
  atEnd(() => provider.stop());
  const [dataDir, url] = [await temporaryFolder(), await createDatabase()];
  const off = { PROVIDER_URL: provider.url };
  return [
    { name: `${prefix}off`, folder, env: off },
    {
      name: `${prefix}on, SQLite`,
      folder,
      env: { ...off, ...ENABLED, TELEMETRY_DATA_DIR: dataDir },
      countEvents: async () => {
        using database = new DatabaseSync(join(dataDir, 'telemetry.db'));
        return toCount(database.prepare(COUNT).get());
      }
    },
    {
      name: `${prefix}on, PostgreSQL`,
      folder,
      env: { ...off, ...ENABLED, TELEMETRY_DATABASE_URL: url },
      countEvents: async () => {
        const client = await connect(url);
        return toCount((await client.query<Record<string, unknown>>(COUNT)).rows[0]);
      }
    }
  ];
}

function toCount(row: Readonly<Record<string, unknown>> | undefined): EventCount {
  return { written: Number(row?.['written']), dropped: Number(row?.['dropped']) };
}
