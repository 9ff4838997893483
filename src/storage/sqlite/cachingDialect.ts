import type { StatementSync } from 'node:sqlite';
import { SqliteDialect as KyselySqliteDialect } from 'kysely';
import type { Opening } from './sqliteFile.ts';

/** Statements that are kept: more than a store has, so that each is prepared once. */
const MAX_STATEMENTS = 100;

/** Kysely's dialect over Node's own SQLite. A statement of a batch takes longer to prepare than to run, so statements are kept. */
export function cachingDialect({ location, readOnly }: Opening): KyselySqliteDialect {
  return new KyselySqliteDialect({
    database: async () => {
      // Loaded only here, and not by an import: a Node may lack it, and some bundlers rename it to `sqlite`, which nobody has.
      const { DatabaseSync } = process.getBuiltinModule('node:sqlite');
      const database = new DatabaseSync(location, { readOnly });
      const statements = new Map<string, StatementSync>();
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
            all: (parameters) => prepared.all(...(parameters as never[])),
            // A full disk, say, has SQLite roll back by itself; to do so once more fails, and the connection would never be free again.
            run: (parameters) =>
              text === 'rollback' && !database.isTransaction
                ? { changes: 0, lastInsertRowid: 0 }
                : prepared.run(...(parameters as never[])),
            iterate: (parameters) => prepared.iterate(...(parameters as never[]))
          };
        },
        close: () => database.close()
      };
    }
  });
}
