import { storedEvents, type Row, type TestDatabase } from '../support/databases.ts';

/** The events with which runs ended, in the order of `storedEvents`. */
export async function terminalEvents(database: TestDatabase): Promise<Row[]> {
  return (await storedEvents(database)).filter(({ action }) => action !== 'invoke');
}

/** The events with which runs failed. */
export async function failures(database: TestDatabase): Promise<Row[]> {
  return (await terminalEvents(database)).filter(({ action }) => action === 'failure');
}
