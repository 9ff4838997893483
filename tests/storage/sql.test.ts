import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { systemClock } from '../../src/events/clock.ts';
import type { Surface } from '../../src/schema/closedLists.ts';
import { anySign } from '../support/anySign.ts';
import { onBothDatabases } from '../support/databases.ts';
import { seededRandom } from '../support/randomEvents.ts';
import { inRepository } from '../support/repository.ts';
import { anEvent, openTestStore, writeEvents } from '../support/seedEvents.ts';

const STORAGE = inRepository('src/storage');
const today = systemClock().today();

/** Texts that would break out of a literal, an array or a pattern. PostgreSQL can hold any but those with a NUL. */
const hostile = fc.oneof(
  fc.constantFrom(`'); drop table telemetry_events; --`, `" or 1=1 --`, `{a,NULL}`, `"},{"`, '\\', `\\'`, '%', '$1', '?', ':a', `E'\\x'`),
  fc.string({ unit: anySign, minLength: 1, maxLength: 20 }).filter((text) => !text.includes('\0'))
);

onBothDatabases((createDatabase) => {
  test('whatever a value is, it is bound: it comes back as it was, and does nothing else', async () => {
    const database = await createDatabase();
    const store = await openTestStore(database);
    const random = seededRandom(21);
    await fc.assert(
      fc.asyncProperty(fc.uniqueArray(hostile, { minLength: 1, maxLength: 20 }), async (texts) => {
        await store.purge();
        // Past the door that would refuse them.
        await writeEvents(
          store,
          texts.map((text) => anEvent(random, { dayBucket: today, provider: text, errorType: text, guildHash: text }))
        );
        const spans = [{ from: today, to: today }];
        const { counts } = await store.usage({ spans });
        expect(new Set([...counts].map(({ provider }) => provider))).toEqual(new Set(texts));
        for (const text of texts) {
          const ofSurface = await store.usage({ spans, surface: text as Surface });
          expect([...ofSurface.counts]).toEqual([]);
          expect(ofSurface.spans).toMatchObject([{ guilds: 0, features: [] }]);
          expect((await store.eraseGuilds([text])).deleted).toBe(1);
        }
        expect((await store.totals()).events).toBe(0);
      }),
      { numRuns: 15 }
    );
  });
});

test('no statement is put together from values: what is written as it stands are pragmas, numbers and names of ours, the bucket of a duration, what a day is made of, and two INSERTs', async () => {
  const found: string[] = [];
  for (const name of await readdir(STORAGE, { recursive: true })) {
    if (!name.endsWith('.ts')) continue;
    const source = await readFile(join(STORAGE, name), 'utf8');
    for (const [raw] of source.matchAll(/(?:sql\.(?:raw|lit|id|val)|CompiledQuery\.raw|executeRaw|\.execute\(['"`])[^\n]*?[,)]/g))
      found.push(`${name} ${raw}`);
  }
  expect(found.toSorted()).toEqual([
    'postgresql/postgresqlDialect.ts CompiledQuery.raw(text,',
    'postgresql/postgresqlDialect.ts sql.id(this.#schema)',
    'postgresql/postgresqlDialect.ts sql.id(this.#schema,',
    'queries/optOuts.ts sql.raw(String(made?.sql)',
    'queries/rollups.ts sql.raw(dialect.columnTypes.day)',
    'queries/spans.ts sql.lit(span)',
    'queries/tables.ts sql.id(schema,',
    'queries/usage.ts sql.raw(BUCKET_SQL)',
    'sqlite/dayTables.ts sql.lit(ROWS_AT_A_TIME)',
    'sqlite/dayTables.ts sql.raw(definition)',
    'sqlite/dayTables.ts sql.raw(viewOf(table,',
    'sqlite/insertEvents.ts CompiledQuery.raw(text,',
    'sqlite/sqliteDialect.ts sql.lit(VACUUM_PAGES)',
    'sqlite/sqliteDialect.ts sql.raw(statement)',
    "sqlite/writingDriver.ts CompiledQuery.raw(accessMode === 'read only' ? 'begin' : BEGIN_TO_WRITE)"
  ]);
});
