import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { inRepository } from './repository.ts';

const ENV_VARS = inRepository('node_modules/@mikro-orm/core/utils/env-vars.js');

/** Every variable that the installed MikroORM reads, from its own source. */
export async function mikroOrmVariables(): Promise<string[]> {
  const source = await readFile(ENV_VARS, 'utf8');
  const prefixes = new Map(
    [...source.matchAll(/const (read\d) = read\.bind\(null, \S+, '(MIKRO_ORM_[A-Z_]*)'\)/g)].map(([, reader, prefix]) => [reader, prefix])
  );
  return [...source.matchAll(/(read\d)\('(\w+)'/g)].map(([, reader, key = '']) => {
    const words = key.replaceAll(/([a-z0-9])([A-Z])/g, '$1_$2').replaceAll(/([A-Z])([A-Z][a-z])/g, '$1_$2');
    return `${prefixes.get(reader)}${words.toUpperCase()}`;
  });
}

/** The variables of a bot that uses MikroORM itself, for a database of its own at `url`, and sets whatever can be set. */
export async function hostileVariables(url: string, folder: string): Promise<Record<string, string>> {
  const { hostname, port, username, password, pathname } = new URL(url);
  const known: Record<string, string> = {
    MIKRO_ORM_CLIENT_URL: url,
    MIKRO_ORM_HOST: hostname,
    MIKRO_ORM_PORT: port,
    MIKRO_ORM_USER: username,
    MIKRO_ORM_PASSWORD: password,
    MIKRO_ORM_DB_NAME: pathname.slice(1),
    MIKRO_ORM_SCHEMA: 'theirs',
    MIKRO_ORM_BASE_DIR: folder,
    MIKRO_ORM_ENTITIES: join(folder, 'entities.js'),
    MIKRO_ORM_ENTITIES_TS: join(folder, 'entities.ts'),
    MIKRO_ORM_TIMEZONE: '+09:00',
    MIKRO_ORM_BATCH_SIZE: '1',
    MIKRO_ORM_LOAD_STRATEGY: 'joined',
    MIKRO_ORM_ALLOW_GLOBAL_CONTEXT: 'false',
    MIKRO_ORM_MIGRATIONS_TABLE_NAME: 'their_migrations',
    MIKRO_ORM_MIGRATIONS_PATH: join(folder, 'migrations'),
    MIKRO_ORM_MIGRATIONS_PATH_TS: join(folder, 'migrations'),
    MIKRO_ORM_MIGRATIONS_SNAPSHOT: 'true',
    MIKRO_ORM_MIGRATIONS_SNAPSHOT_ON_MIGRATE: 'true',
    MIKRO_ORM_MIGRATIONS_SNAPSHOT_NAME: join(folder, 'snapshot'),
    MIKRO_ORM_MIGRATIONS_SILENT: 'false',
    MIKRO_ORM_MIGRATIONS_TRANSACTIONAL: 'false',
    MIKRO_ORM_MIGRATIONS_EMIT: 'ts',
    MIKRO_ORM_MIGRATIONS_GLOB: '*.sql'
  };
  // What is left are switches; each is turned on.
  return { ...Object.fromEntries((await mikroOrmVariables()).map((name) => [name, 'true'])), ...known };
}
