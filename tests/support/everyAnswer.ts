import { purge } from '../../src/retention/purge.ts';
import { allTables } from '../../src/schema/dictionary.ts';
import { addDays } from '../../src/events/day.ts';
import type { Usage } from '../../src/store/store.ts';
import type { Row, TestDatabase } from './databases.ts';
import { databaseAt } from './postgresDatabase.ts';
import { seededRandom } from './randomEvents.ts';
import { anEvent, openTestStore, seedEvents, writeEvents } from './seedEvents.ts';

export const TODAY = '2026-03-05';
const RETENTION_DAYS = 4;
const KEPT = { from: addDays(TODAY, 1 - RETENTION_DAYS), to: TODAY };
export const OLDEST = addDays(TODAY, -7);
const { events: EVENTS, losses } = seedEvents({ seed: 77, today: TODAY, days: 8, runsPerDay: 4 });
export { EVENTS };
const guildHash = EVENTS.find((event) => event.guildHash !== null && event.dayBucket < TODAY)?.guildHash ?? '';

/** Does all that a store can do, under whatever is set. Returns every answer, and every row that is left. */
export async function everyAnswer(database: TestDatabase, look: TestDatabase): Promise<unknown> {
  const store = await openTestStore(database, TODAY, 'b'.repeat(64));
  const answers: unknown[] = [];
  const note = async (answer: Promise<unknown>): Promise<void> => void answers.push(await answer);
  const request = { store, today: TODAY, retentionDays: RETENTION_DAYS };
  await note(writeEvents(store, EVENTS));
  await note(store.writeLosses(losses));
  await note(store.totals());
  await note(purge({ ...request, dryRun: true }));
  await note(purge(request));
  await note(store.rollUp());
  // Late, with a name that no eight bits hold, and with neither guild nor provider.
  await note(
    writeEvents(store, [
      anEvent(seededRandom(3), {
        dayBucket: addDays(TODAY, -3),
        eventName: 'discord.погода.сегодня.success',
        feature: 'погода',
        sampleRate: 1 / 3
      })
    ])
  );
  await note(store.addOptOuts([{ guildHash, fingerprint: 'b'.repeat(64) }]));
  await note(store.optOuts());
  await note(store.removeOptOuts([guildHash]));
  const notice = { dayBucket: TODAY, kind: 'alert', name: 'discord.погода.сегодня' } as const;
  await note(store.claimNotice(notice));
  await note(store.claimNotice(notice));
  await note(store.settleNotice(notice));
  await note(store.standingAlerts(TODAY));
  await note(store.eraseGuilds([guildHash]));
  await note(store.usage({ spans: [KEPT] }).then(inOrder));
  await note(store.usage({ spans: [KEPT], surface: 'racetime' }).then(inOrder));
  await note(store.losses(KEPT.from));
  await note(store.saltFingerprints());
  await note(store.audit(RETENTION_DAYS));
  await store.close();
  return JSON.parse(JSON.stringify({ answers, rows: await stored(look) })) as unknown;
}

/** No query asks for an order, so each version gives its own. */
function inOrder({ counts, spans, ...more }: Usage): Usage {
  return {
    counts: sorted(counts),
    spans: spans.map(({ features, durations, ...span }) => ({ ...span, features: sorted(features), durations: sorted(durations) })),
    ...more
  };
}

function sorted<T>(rows: Iterable<T>): T[] {
  return [...rows].toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
}

/** What is stored, in the words of a session that sets what it needs. */
async function stored({ env }: TestDatabase): Promise<Record<string, Row[]>> {
  const url = new URL(env['TELEMETRY_DATABASE_URL'] ?? '');
  url.searchParams.set('options', '-c datestyle=ISO -c search_path=pg_catalog -c extra_float_digits=3 -c client_encoding=UTF8');
  const { sql } = await databaseAt(url.href);
  const rows: Record<string, Row[]> = {};
  for (const { name } of Object.values(allTables))
    rows[name] = await sql(`select t::text as row from public.${name} t order by t::text collate "C"`);
  return rows;
}
