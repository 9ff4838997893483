import type { PostgresServer } from './postgres.ts';

/** Holds what globalSetup.ts put there. */
const shared: typeof globalThis & { testPostgres?: PostgresServer } = globalThis;

export default async function globalTeardown(): Promise<void> {
  await shared.testPostgres?.remove();
}
