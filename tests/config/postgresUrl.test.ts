import { expect, test } from '@jest/globals';
import { readSettings } from '../../config/settings.ts';
import { problemsOf } from './problems.ts';

test.each([
  'postgres://bot@db.example/bot',
  'postgresql://bot:p%40ss@db.example:5433/bot',
  'postgresql://db.example/bot?sslmode=require',
  'postgresql://[::1]:5432/bot',
  'postgresql://db.example/bot?schema=Tele-Metry'
])('the database URL %s is taken as it is', (url) => {
  expect(readSettings({ TELEMETRY_DATABASE_URL: url }).databaseUrl).toBe(url);
});

test.each([
  ['has no database', 'postgresql://bot:hunter2@db.example'],
  ['has an empty database', 'postgresql://bot:hunter2@db.example/'],
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
