import { CompiledQuery, SqliteDriver, type DatabaseConnection, type TransactionSettings } from 'kysely';

export const BEGIN_TO_WRITE = 'begin immediate';

/**
 * Kysely's driver, but a transaction that may write keeps all others from writing from its beginning. Of two that read first, and write when the
 * other has written, SQLite fails one, however long it would wait.
 */
export class WritingDriver extends SqliteDriver {
  override async beginTransaction(connection: DatabaseConnection, { accessMode }: TransactionSettings = {}): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw(accessMode === 'read only' ? 'begin' : BEGIN_TO_WRITE));
  }
}
