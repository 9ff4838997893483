import { expect, test } from '@jest/globals';
import { MikroORM } from '@mikro-orm/sql';
import { onBothDatabases, temporaryFolder } from '../support/databases.ts';

// To import the config is to make one of this process's own variables, and the folder that they name.
process.env['TELEMETRY_DATA_DIR'] = await temporaryFolder();
const { configFor } = await import('../../mikro-orm.config.ts');

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
