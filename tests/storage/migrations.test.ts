import { expect, test } from '@jest/globals';
import { MikroORM } from '@mikro-orm/sql';
import { configFor } from '../../mikro-orm.config.ts';
import { onBothDatabases } from '../support/databases.ts';

onBothDatabases((createDatabase) => {
  test("MikroORM's own check finds that the snapshot of the migrations is what the data dictionary says", async () => {
    const { env } = await createDatabase();
    const orm = new MikroORM(await configFor(env));
    try {
      await orm.connect();
      expect(await orm.migrator.checkSchema()).toBe(false);
    } finally {
      await orm.close(true);
    }
  });
});
