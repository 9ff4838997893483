import { validate as isCron } from 'node-cron';
import { z } from 'zod';

/** One environment variable: what it means and how it is checked. The README's table is made from these. */
interface Variable<T> {
  readonly name: string;
  readonly purpose: string;
  /** What the value is counted in, or its form. */
  readonly unit: string;
  /** The default, as an operator would write it. */
  readonly fallback: string;
  /** What to do when the value is wrong. Never holds the value itself. */
  readonly remedy: string;
  readonly schema: z.ZodType<T, string>;
}

const variable = <T>(definition: Variable<T>): Variable<T> => definition;

const number = (min: number, max: number, whole = true) =>
  z
    .string()
    .regex(/^\d+(\.\d+)?$/)
    .transform(Number)
    .refine((value) => value >= min && value <= max && (!whole || Number.isInteger(value)));

const snowflakes = z
  .string()
  .transform((list) => list.split(/[\s,]+/).filter((id) => id !== ''))
  .refine((ids) => ids.every((id) => /^\d{17,20}$/.test(id)));

/** Fewer different characters than this, and a salt is a word or a repetition, not a secret. */
const SALT_DISTINCT_CHARACTERS = 10;

const variables = {
  enabled: variable({
    name: 'TELEMETRY_ENABLED',
    purpose: 'Turns the measuring on.',
    unit: '`true` or `false`',
    fallback: 'false',
    remedy: 'write true or false',
    schema: z.stringbool()
  }),
  hashSalt: variable({
    name: 'TELEMETRY_HASH_SALT',
    purpose: 'The secret that guild ids are hashed with. Required when telemetry is enabled.',
    unit: 'text of at least 32 characters',
    fallback: '',
    remedy: `write at least 32 characters, ${SALT_DISTINCT_CHARACTERS} of them different; make one with: node -p "crypto.randomBytes(32).toString('hex')"`,
    schema: z
      .string()
      .refine((salt) => salt === '' || (salt.length >= 32 && new Set(salt).size >= SALT_DISTINCT_CHARACTERS))
      .transform((salt) => (salt === '' ? undefined : salt))
  }),
  sampleRate: variable({
    name: 'TELEMETRY_SAMPLE_RATE',
    purpose: 'The share of runs that is recorded; reports scale counts back up.',
    unit: '0 to 1',
    fallback: '1',
    remedy: 'write a number from 0 to 1, as 0.25',
    schema: number(0, 1, false)
  }),
  retentionDays: variable({
    name: 'TELEMETRY_RETENTION_DAYS',
    purpose: 'How many UTC days of events are kept, today included.',
    unit: 'days, 1 to 365',
    fallback: '30',
    remedy: 'write a whole number of days from 1 to 365',
    schema: number(1, 365)
  }),
  queueSize: variable({
    name: 'TELEMETRY_QUEUE_SIZE',
    purpose: 'How many events wait in memory for the database before the oldest is dropped.',
    unit: 'events, 1 to 1000000',
    fallback: '1000',
    remedy: 'write a whole number from 1 to 1000000',
    schema: number(1, 1_000_000)
  }),
  databaseUrl: variable({
    name: 'TELEMETRY_DATABASE_URL',
    purpose: 'The PostgreSQL database. Unset means SQLite in a file.',
    unit: '`postgresql://user:password@host:port/database`',
    fallback: '',
    remedy: 'write postgresql://user:password@host:port/database, or leave it unset for SQLite',
    schema: z
      .string()
      .refine((url) => url === '' || isPostgresUrl(url))
      .transform((url) => (url === '' ? undefined : url))
  }),
  dataDir: variable({
    name: 'TELEMETRY_DATA_DIR',
    purpose: 'The folder of the SQLite file `telemetry.db`.',
    unit: 'path',
    fallback: '.telemetry',
    remedy: 'write the path of a folder that the bot may write to',
    schema: z.string().min(1)
  }),
  flushIntervalMs: variable({
    name: 'TELEMETRY_FLUSH_INTERVAL_MS',
    purpose: 'How long an event waits in memory at most while the database answers.',
    unit: 'milliseconds, 50 to 600000',
    fallback: '2000',
    remedy: 'write a whole number of milliseconds from 50 to 600000',
    schema: number(50, 600_000)
  }),
  purgeCron: variable({
    name: 'TELEMETRY_PURGE_CRON',
    purpose: 'When old events are purged, besides at every start.',
    unit: 'cron expression, in UTC',
    fallback: '0 2 * * *',
    remedy: 'write a cron expression of five fields, as 0 2 * * *',
    // node-cron takes a field for seconds too: nobody means to purge every second.
    schema: z.string().refine((expression) => expression.split(/\s+/).length === 5 && isCron(expression))
  }),
  autoMigrate: variable({
    name: 'TELEMETRY_AUTO_MIGRATE',
    purpose: 'Whether the bot creates and updates the tables at start, or leaves that to `sapphire-telemetry migrate`.',
    unit: '`true` or `false`',
    fallback: 'true',
    remedy: 'write true or false',
    schema: z.stringbool()
  }),
  ownerIds: variable({
    name: 'TELEMETRY_OWNER_IDS',
    purpose: "Users who may use `/telemetry` besides the application's owner or team.",
    unit: 'user ids, separated by commas',
    fallback: '',
    remedy: 'write Discord user ids separated by commas',
    schema: snowflakes
  }),
  commandGuildIds: variable({
    name: 'TELEMETRY_COMMAND_GUILDS',
    purpose: 'Registers `/telemetry` in these guilds only. Unset means everywhere.',
    unit: 'guild ids, separated by commas',
    fallback: '',
    remedy: 'write Discord guild ids separated by commas',
    schema: snowflakes
  })
};

type Variables = typeof variables;

/** The settings, checked and typed. Nothing past this file reads the environment. */
export type Settings = { readonly [Key in keyof Variables]: Variables[Key] extends Variable<infer T> ? T : never };

/** Settings that are wrong: `problems` holds one sentence for each, with its remedy and without its value. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError';
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(problems.join('; '));
    this.problems = problems;
  }
}

/**
 * Reads the settings. A variable that is missing or empty has its default.
 * @throws {SettingsError} naming every wrong variable at once.
 */
export function readSettings(env: Readonly<Record<string, string | undefined>>): Settings {
  const problems: string[] = [];
  const settings: Record<string, unknown> = {};
  for (const [key, { name, remedy, schema, fallback }] of Object.entries<Variable<unknown>>(variables)) {
    const text = env[name]?.trim();
    const result = schema.safeParse(text === undefined || text === '' ? fallback : text);
    if (result.success) settings[key] = result.data;
    else problems.push(`${name} is not valid: ${remedy}`);
  }
  if (settings['enabled'] === true && settings['hashSalt'] === undefined && !env[variables.hashSalt.name]?.trim()) {
    problems.push(`${variables.hashSalt.name} is required when telemetry is enabled: ${variables.hashSalt.remedy}`);
  }
  if (problems.length > 0) throw new SettingsError(problems);
  return settings as Settings;
}

/** The table of settings in Markdown, as the README shows it. */
export function settingsTable(): string {
  const rows = Object.values<Variable<unknown>>(variables).map(
    ({ name, purpose, unit, fallback }) => `| \`${name}\` | ${purpose} | ${unit} | ${fallback === '' ? 'unset' : `\`${fallback}\``} |`
  );
  return ['| variable | what it does | value | default |', '| --- | --- | --- | --- |', ...rows].join('\n');
}

function isPostgresUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const url = new URL(text);
  const parts = [url.username, url.password, url.hostname, url.pathname];
  if (!parts.every(isDecodable)) return false;
  const schema = url.searchParams.get('schema') ?? 'public';
  return ['postgresql:', 'postgres:'].includes(url.protocol) && url.hostname !== '' && url.pathname.length > 1 && /^\w+$/.test(schema);
}

/** A bare percent sign in a password, say, is no URL's: it has to be written as %25. */
function isDecodable(text: string): boolean {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
}
