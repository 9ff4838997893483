import type { StatementSync } from 'node:sqlite';
import { SqliteDialect as KyselySqliteDialect, type SqliteDialectConfig, type SqliteStatement } from 'kysely';
import { BEGIN_TO_WRITE, WritingDriver } from './writingDriver.ts';
import type { Opening } from './sqliteFile.ts';

/** Statements that are kept: more than a store has, so that each is prepared once. */
const MAX_STATEMENTS = 100;
const NOTHING = { changes: 0, lastInsertRowid: 0 };

/** Kysely's dialect over Node's own SQLite. A statement of a batch takes longer to prepare than to run, so statements are kept. */
export function cachingDialect({ location, readOnly }: Opening): KyselySqliteDialect {
  const config: SqliteDialectConfig = {
    database: async () => {
      // Loaded only here, and not by an import: a Node may lack it, and some bundlers rename it to `sqlite`, which nobody has.
      const { DatabaseSync } = process.getBuiltinModule('node:sqlite');
      const database = new DatabaseSync(location, { readOnly });
      const statements = new Map<string, StatementSync>();
      let isToBegin = false;
      // Kysely never frees a connection whose transaction could not begin. So it begins with its first statement, which fails then.
      const begun = (prepared: StatementSync): StatementSync => {
        if (isToBegin) database.exec(BEGIN_TO_WRITE);
        isToBegin = false;
        return prepared;
      };
      const run = (text: string, prepared: StatementSync, parameters: readonly unknown[]): ReturnType<SqliteStatement['run']> => {
        if (text === BEGIN_TO_WRITE) {
          isToBegin = true;
          return NOTHING;
        }
        // A full disk, say, has SQLite roll back by itself; to do so once more fails, and the connection would never be free again.
        if ((text === 'rollback' && !database.isTransaction) || (text === 'commit' && isToBegin)) {
          isToBegin = false;
          return NOTHING;
        }
        return begun(prepared).run(...(parameters as never[]));
      };
      return {
        prepare(text) {
          let statement = statements.get(text);
          if (statement === undefined) {
            if (statements.size >= MAX_STATEMENTS) statements.clear();
            statement = database.prepare(text);
            statements.set(text, statement);
          }
          const prepared = statement;
          return {
            reader: /^\s*(?:select|pragma|with)\b/i.test(text),
            all: (parameters) => begun(prepared).all(...(parameters as never[])),
            run: (parameters) => run(text, prepared, parameters),
            iterate: (parameters) => begun(prepared).iterate(...(parameters as never[]))
          };
        },
        close: () => database.close()
      };
    }
  };
  return Object.assign(new KyselySqliteDialect(config), { createDriver: () => new WritingDriver(config) });
}
