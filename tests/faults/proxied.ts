import { postgresqlDatabase, type TestDatabase } from '../support/databases.ts';
import { atSuiteEnd } from '../support/postgresSuite.ts';
import { TcpProxy } from '../support/tcpProxy.ts';

/** A database that a bot reaches by way of a proxy, and the test's own SQL does not. */
export async function proxiedDatabase(): Promise<{ readonly database: TestDatabase; readonly proxy: TcpProxy }> {
  const direct = await postgresqlDatabase();
  const proxy = await TcpProxy.start(direct.env['TELEMETRY_DATABASE_URL'] ?? '');
  atSuiteEnd(() => proxy.close());
  return { database: { ...direct, env: { ...direct.env, TELEMETRY_DATABASE_URL: proxy.url } }, proxy };
}
