import type { Client } from 'pg';
import type { Store } from '../../src/store/store.ts';
import { fillPostgresql } from './generate.ts';
import { connect, createDatabase } from './postgres.ts';
import { timed } from './stats.ts';
import { open } from './stores.ts';

/** A PostgreSQL database with events of the last 30 days, those that are over summed up. */
export interface FilledDatabase {
  readonly url: string;
  readonly rows: number;
  readonly client: Client;
  readonly store: Store;
  /** How long the summing up of its closed days took. */
  readonly sumUpMs: number;
}

const filled = new Map<number, Promise<FilledDatabase>>();

/** Made once for each size: `report` and `purge` share the largest. */
export function filledDatabase(rows: number): Promise<FilledDatabase> {
  const known = filled.get(rows) ?? fill(rows);
  filled.set(rows, known);
  return known;
}

async function fill(rows: number): Promise<FilledDatabase> {
  const url = await createDatabase();
  const client = await connect(url);
  const store = await open({ databaseUrl: url });
  await fillPostgresql(client, rows);
  const sumUpMs = await timed(() => store.rollUp());
  await client.query('vacuum analyze');
  await client.query('checkpoint');
  return { url, rows, client, store, sumUpMs };
}
