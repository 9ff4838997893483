import type { Client } from 'pg';
import type { Store } from '../../src/store/store.ts';
import { fillPostgresql } from './fill.ts';
import { ours, type Plugin } from './plugin.ts';
import { connect, createDatabase } from './postgres.ts';
import { timed } from './stats.ts';
import { openStore } from './stores.ts';

/** A PostgreSQL database with events of the last 30 days, those that are over rolled up. */
export interface FilledDatabase {
  readonly url: string;
  readonly client: Client;
  readonly store: Store;
  /** How long rolling up its closed days took. */
  readonly rollUpMs: number;
}

const filled = new Map<number, Promise<FilledDatabase>>();

/** That of this checkout. Made once for each size: `reportPostgresql` and `purge` share the largest. */
export function filledDatabase(rows: number): Promise<FilledDatabase> {
  const known = filled.get(rows) ?? makeFilledDatabase(rows, ours);
  filled.set(rows, known);
  return known;
}

export async function makeFilledDatabase(rows: number, plugin: Plugin): Promise<FilledDatabase> {
  const url = await createDatabase();
  const client = await connect(url);
  const store = await openStore({ databaseUrl: url }, plugin);
  await fillPostgresql(client, rows);
  const rollUpMs = await timed(() => store.rollUp());
  await client.query('vacuum analyze');
  await client.query('checkpoint');
  return { url, client, store, rollUpMs };
}
