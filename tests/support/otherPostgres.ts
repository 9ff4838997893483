import { globSync } from 'node:fs';
import { delimiter } from 'node:path';

/**
 * Folders with the programs of a PostgreSQL of another version than the one that the tests run on: those that `TEST_POSTGRES_BINS` lists, as CI
 * does, and those of Debian's packages.
 */
export function otherPostgres(): string[] {
  const listed = (process.env['TEST_POSTGRES_BINS'] ?? '').split(delimiter).filter((bin) => bin !== '');
  return [...listed, ...globSync('/usr/lib/postgresql/*/bin')];
}
