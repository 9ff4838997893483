import { expect, test } from '@jest/globals';
import { readSettings } from '../../config/settings.ts';
import { problemsOf } from './problems.ts';

test.each([
  'postgres://bot@db.example/bot',
  'postgresql://bot:p%40ss@db.example:5433/bot',
  'postgresql://db.example/bot?sslmode=require',
  'postgresql://[::1]:5432/bot',
  'postgresql://db.example/bot?schema=Tele-Metry',
  'postgresql://bot:hunter2@db.example',
  'postgresql://bot:hunter2@db.example/',
  'postgresql://bot:hunter2@one.example:5433,two.example,[::1]:5434/bot?target_session_attrs=read-write',
  'postgresql://bot:hunter2@/bot?host=/var/run/postgresql',
  'postgresql://bot@%2Fvar%2Frun%2Fpostgresql:5433/bot',
  'postgresql:///bot?host=one.example,two.example&port=5433',
  'postgresql://bot@db.example/bot?options=-c%20work_mem%3D1MB&application_name=bot&connect_timeout=15',
  'postgresql://bot@db.example/bot?sslmode=require&channel_binding=require',
  'postgresql://bot@db.example/bot?pgbouncer=true&connection_limit=1&pool_timeout=20'
])('the database URL %s is taken as it is', (url) => {
  expect(readSettings({ TELEMETRY_DATABASE_URL: url }).databaseUrl).toBe(url);
});

test.each([
  ['has no host', 'postgresql:///bot'],
  ['has a port that is none', 'postgresql://bot:hunter2@db.example:port/bot'],
  ['is of MySQL', 'mysql://bot:hunter2@db.example/bot'],
  ['is of HTTP', 'https://bot:hunter2@db.example/bot'],
  ['is a file', 'file:///var/lib/hunter2.db'],
  ['is SQLite', 'sqlite:hunter2.db'],
  ['has a schema with a quote', 'postgresql://bot:hunter2@db.example/bot?schema=a%22b'],
  ['has a schema with a dot', 'postgresql://bot:hunter2@db.example/bot?schema=a.b'],
  ['has an empty schema', 'postgresql://bot:hunter2@db.example/bot?schema='],
  ['is no URL', 'db.example/hunter2'],
  ['has a password with a bare percent sign, which cannot be decoded', 'postgresql://bot:hunter2%zz@db.example/bot']
])('a database URL that %s is refused without being repeated', (_, url) => {
  const problems = problemsOf({ TELEMETRY_DATABASE_URL: url });
  expect(problems).toEqual([expect.stringMatching(/^TELEMETRY_DATABASE_URL .*postgresql:\/\/user:password@host:port\/database/)]);
  expect(problems.join()).not.toContain('hunter2');
});

test.each([
  ['a raw # in the password', 'postgresql://bot:hunter2#x@db.example/bot', '# as %23'],
  ['a raw @ in the password', 'postgresql://bot:hunter2@x@db.example/bot', '@ as %40'],
  ['a raw % in the password', 'postgresql://bot:hunter2%x@db.example/bot', '% as %25'],
  ['a raw / in the password', 'postgresql://bot:hunter2/x@db.example/bot', '/ as %2F'],
  ['a raw ? in the password', 'postgresql://bot:x?hunter2=1@db.example/bot', '? as %3F'],
  ['a host that is empty', 'postgresql://bot:hunter2@one.example,,two.example/bot', 'it names no host'],
  ['a port that is too high', 'postgresql://bot:hunter2@db.example:70000/bot', 'a port is'],
  ['a parameter of libpq that is not done', 'postgresql://bot@db.example/bot?passfile=/hunter2', 'the parameter passfile is not supported'],
  [
    'a parameter of Prisma that is not done',
    'postgresql://bot@db.example/bot?sslaccept=strict',
    'the parameter sslaccept is not supported'
  ],
  ['a parameter that nobody knows', 'postgresql://bot@db.example/bot?hunter2=1', 'a parameter that is not supported'],
  ['a mode that is none', 'postgresql://bot@db.example/bot?sslmode=hunter2', 'sslmode must be one of disable, allow, prefer'],
  ['an empty mode', 'postgresql://bot@db.example/bot?sslmode=', 'sslmode is empty'],
  ['an ssl that is none', 'postgresql://bot@db.example/bot?ssl=hunter2', 'ssl must be one of'],
  ['ssl against sslmode', 'postgresql://bot@db.example/bot?ssl=true&sslmode=disable', 'contradict each other'],
  ['verify-ca without an authority', 'postgresql://bot@db.example/bot?sslmode=verify-ca', 'needs sslrootcert'],
  ['verify-ca with every authority', 'postgresql://bot@db.example/bot?sslmode=verify-ca&sslrootcert=system', 'needs sslmode=verify-full'],
  ['an authority that nobody asks', 'postgresql://bot@db.example/bot?sslrootcert=/hunter2.pem', 'nothing is verified without'],
  ['an authority and no-verify', 'postgresql://bot@db.example/bot?sslrootcert=/hunter2&sslmode=no-verify', 'nothing is verified without'],
  ['a certificate without its key', 'postgresql://bot@db.example/bot?sslcert=/hunter2.pem', 'need each other'],
  ['direct TLS that may be left out', 'postgresql://bot@db.example/bot?sslnegotiation=direct', 'needs sslmode=require'],
  ['a binding that is none', 'postgresql://bot@db.example/bot?channel_binding=hunter2', 'channel_binding must be one of'],
  ['modes that are not those of libpq', 'postgresql://bot@db.example/bot?sslmode=require&uselibpqcompat=false', 'leave uselibpqcompat out'],
  ['a time for connecting that is none', 'postgresql://bot@db.example/bot?connect_timeout=0', '1 to 60 seconds'],
  ['another kind of server', 'postgresql://bot@db.example/bot?target_session_attrs=standby', 'target_session_attrs must be one of']
])('a database URL with %s is refused with the remedy, and without being repeated', (_, url, remedy) => {
  const [problem = '', ...more] = problemsOf({ TELEMETRY_DATABASE_URL: url });
  expect(more).toEqual([]);
  expect(problem).toContain(remedy);
  expect(problem).not.toMatch(/hunter2|db\.example/);
});
