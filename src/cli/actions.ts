import { randomBytes } from 'node:crypto';
import type { Settings } from '../../config/settings.ts';
import { systemClock } from '../events/clock.ts';
import { GuildHasher } from '../events/guildHash.ts';
import { renderCsv } from '../render/csv.ts';
import { count, NOT_WIPED, plural } from '../render/format.ts';
import { renderHtml } from '../render/html/page.ts';
import { renderJson } from '../render/json.ts';
import { findOperation, operationName } from '../render/operationSections.ts';
import { renderSvg } from '../render/picture/picture.ts';
import { renderPng } from '../render/picture/png.ts';
import { renderText, type TextOptions } from '../render/text.ts';
import { approximately } from '../reports/figures.ts';
import { readReport } from '../reports/readReport.ts';
import type { OperationUsage, UsageReport } from '../reports/usageReport.ts';
import { asksTheClock, ClockError, doubtOf, withRemedy } from '../retention/clockCheck.ts';
import { eraseGuild as erase, OTHER_HASHES } from '../retention/eraseGuild.ts';
import { hasOtherSalt, SALT_CHANGED } from '../retention/maintenance.ts';
import { purge, type PurgeOptions } from '../retention/purge.ts';
import type { Surface } from '../schema/closedLists.ts';
import { privacyPolicy } from '../schema/privacyPolicy.ts';
import { LossFolder } from '../storage/lossFolder.ts';
import type { Store } from '../store/store.ts';
import { StoreError } from '../store/storeError.ts';
import { confirm } from './confirm.ts';
import { openDatabase, startOver, withStore } from './database.ts';
import { FindingsError, UsageError } from './errors.ts';
import { paintFor } from './paint.ts';
import { renderPurge, renderTotals } from './purgeText.ts';
import type { Format } from './reportFile.ts';

const FIRST_DAY = '0001-01-01';

const RENDERERS: Readonly<Record<Format, (read: UsageReport, options: TextOptions) => string | Promise<Uint8Array>>> = {
  text: renderText,
  json: renderJson,
  csv: renderCsv,
  html: renderHtml,
  svg: (read) => renderSvg(read),
  png: (read) => renderPng(read)
};
/** How many operations are named where one is asked for that there is not. */
const NAMED_OPERATIONS = 10;

interface ReportRequest {
  readonly days: number;
  readonly surface: Surface | undefined;
  readonly format: Format;
  /** Only this operation, by its name; not in a picture. */
  readonly operation: string | undefined;
  /** Whether the figures of the period before stand beside those of each operation. CSV and JSON always have them. */
  readonly withPrevious: boolean;
}

export function report(
  settings: Settings,
  { days, surface, format, operation, withPrevious }: ReportRequest
): Promise<string | Uint8Array> {
  return withStore(settings, async (store) => {
    const lossesMayBeMissing = (await new LossFolder(settings).handOver(store)) !== null;
    const read = await readReport(store, today(), { days, surface, retentionDays: settings.retentionDays, lossesMayBeMissing });
    const paint = paintFor(process.stdout, process.env);
    return RENDERERS[format](read, { withPrevious, paint, operation: operation === undefined ? undefined : operationIn(read, operation) });
  });
}

function operationIn(read: UsageReport, name: string): OperationUsage {
  const found = findOperation(read, name);
  if (found !== undefined) return found;
  const known = read.features.slice(0, NAMED_OPERATIONS).map(operationName);
  throw new UsageError(
    known.length === 0 ? 'No operation ran in these days' : `No such operation ran in these days. The most used are ${known.join(', ')}`
  );
}

export async function purgeEvents(settings: Settings, { yes = false, ...options }: PurgeOptions & { yes?: boolean }): Promise<string> {
  const { all = false, dryRun = false } = options;
  if (all && !dryRun && !yes) await confirm('This deletes every event of telemetry for good. Go on?');
  const { retentionDays } = settings;
  try {
    return await withStore(settings, async (store) => {
      const doubt = asksTheClock(options) ? await clockDoubt(store, retentionDays) : null;
      if (doubt !== null) throw new ClockError(doubt);
      return renderPurge(await purge({ store, today: today(), retentionDays, all, dryRun }), dryRun);
    });
  } catch (error) {
    if (!all || dryRun || settings.databaseUrl !== undefined || !(error instanceof StoreError) || error.kind !== 'full') throw error;
    await startOver(settings);
    return (
      'Deleted all events. The disk is so full that they could not be counted: the file was deleted, and a new one made. ' +
      'Servers that had opted out have to do so again'
    );
  }
}

export function status(settings: Settings): Promise<string> {
  return withStore(settings, async (store) => {
    const lossProblem = await new LossFolder(settings).handOver(store);
    const losses = await store.losses(FIRST_DAY);
    const own = settings.hashSalt === undefined ? undefined : (await GuildHasher.from(settings.hashSalt)).fingerprint;
    const lost = losses.reduce((sum, loss) => sum + loss.count, 0);
    const doubt = await clockDoubt(store, settings.retentionDays);
    return [
      settings.enabled
        ? 'Telemetry is on in these settings'
        : 'Telemetry is off in these settings: rows that are stored stay until they are purged',
      `Database: ${store.description}`,
      `Stored: ${renderTotals(await store.totals())}`,
      `Known to be lost: ${count(lost)}`,
      ...(lossProblem === null ? [] : [`Losses of earlier processes may be unknown: ${lossProblem}`]),
      ...(doubt === null ? [] : [`A purge would wait: ${withRemedy(doubt)}`]),
      ...(hasOtherSalt(await store.saltFingerprints(), own) ? [SALT_CHANGED] : []),
      `Sampling: ${settings.sampleRate}`,
      `Retention: ${plural(settings.retentionDays, 'day')}`,
      'Queue and runs in flight belong to the process of the bot: see /telemetry status there'
    ].join('\n');
  });
}

/** Erases what is stored of one guild. It takes the salt, since only the guild's hash is stored. */
export function eraseGuild(settings: Settings, guildId: string): Promise<string> {
  const { hashSalt } = settings;
  if (hashSalt === undefined) throw new UsageError('TELEMETRY_HASH_SALT is needed: only with the salt can the hash of a guild be found');
  return withStore(settings, async (store) => {
    const { deleted, isWiped } = await erase(store, await GuildHasher.from(hashSalt), guildId);
    const isAll = (await store.saltFingerprints()).length <= 1;
    const more = [...(isAll ? [] : [OTHER_HASHES]), ...(isWiped ? [] : [NOT_WIPED])];
    return [`Deleted ${plural(deleted, 'event')} of this guild`, ...more].join('\n');
  });
}

/** Makes a new salt, and deletes the events whose hashes are of the old one. */
export async function rotateSalt(settings: Settings, { yes = false }): Promise<string> {
  const purged = await purgeEvents(settings, { all: true, yes });
  const salt = randomBytes(32).toString('hex');
  const optOuts = await withStore(settings, (store) => store.optOuts());
  const previous =
    'Servers have opted out. So that they stay so, set TELEMETRY_PREVIOUS_HASH_SALT to the salt of now as well. Once every process of the bot has ' +
    'run with both for a few minutes: sapphire-telemetry rotate-salt --finish';
  return [purged, 'Set this, and start the bot again:', `TELEMETRY_HASH_SALT=${salt}`, ...(optOuts.length > 0 ? [previous] : [])].join(
    '\n\n'
  );
}

/** Once every process has the new salt: forgets the guilds that opted out under another one, and that no process has met since. */
export function finishRotation(settings: Settings): Promise<string> {
  return withStore(settings, async (store) => {
    const { hashSalt } = settings;
    if (hashSalt === undefined) throw new UsageError('rotate-salt --finish needs TELEMETRY_HASH_SALT, to know which hashes stay');
    const { fingerprint } = await GuildHasher.from(hashSalt);
    const others = (await store.optOuts()).filter((optOut) => optOut.fingerprint !== fingerprint);
    await store.removeOptOuts(others.map(({ guildHash }) => guildHash));
    return (
      `Forgot ${String(approximately(others.length))} servers that opted out under another salt and that the bot is no longer in. ` +
      'TELEMETRY_PREVIOUS_HASH_SALT is not needed any more'
    );
  });
}

/** Prints what was checked. Rejects with the findings, where there are any. */
export async function verify(settings: Settings): Promise<string> {
  const database = await withStore(settings, (store) => store.audit(settings.retentionDays));
  const folder = new LossFolder(settings).audit();
  const [checked, findings] = [
    [...database.checked, ...folder.checked],
    [...database.findings, ...folder.findings]
  ];
  if (findings.length > 0) throw new FindingsError(findings);
  return ['The database holds what the data dictionary allows, and nothing else. Checked:', ...checked.map((line) => `  ${line}`)].join(
    '\n'
  );
}

export function privacy(): string {
  return privacyPolicy();
}

export async function migrate(settings: Settings): Promise<string> {
  const store = await openDatabase(settings, true);
  await store.close();
  return `The tables are up to date: ${store.description}`;
}

/** Why the clock of this machine may be wrong. SQLite has no other one to ask: there the newest day with events has to do. */
async function clockDoubt(store: Store, retentionDays: number): Promise<string | null> {
  const database = await store.clock();
  return doubtOf({ clock: systemClock(), database, knownDay: database.newestDay, retentionDays });
}

function today(): string {
  return systemClock().today();
}
