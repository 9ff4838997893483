import { z } from 'zod';
import { COMMAND_NAME, SNOWFLAKE } from '../src/schema/patterns.ts';
import { looksRandom, SALT_LENGTH } from './saltStrength.ts';
import { isCron } from './cron.ts';
import { postgresUrlProblem } from './postgresUrl.ts';

/** One environment variable: what it means and how it is checked. The README's table is made from these. */
export interface Variable<T> {
  readonly name: string;
  readonly purpose: string;
  /** What the value is counted in, or its form. */
  readonly unit: string;
  /** The default, as an operator would write it; an empty text is none. */
  readonly fallback: string;
  /** What to do when the value is wrong. Never holds the value itself, though it may depend on it. */
  readonly remedy: string | ((value: string) => string);
  readonly schema: z.ZodType<T, string>;
}

type Described = Pick<Variable<unknown>, 'name' | 'purpose' | 'fallback'>;

function flag(described: Described): Variable<boolean> {
  return { ...described, unit: '`true` or `false`', remedy: 'write true or false', schema: z.stringbool() };
}

/** A number within a range, both ends allowed: the one place in which the range is written. */
function number({
  unit,
  min,
  max,
  whole = true,
  ...described
}: Described & { unit: string; min: number; max: number; whole?: boolean }): Variable<number> {
  const schema = z
    .string()
    .regex(whole ? /^\d+$/ : /^\d+(\.\d+)?$/)
    .transform(Number)
    .refine((value) => value >= min && value <= max);
  const range = `${min} to ${max}`;
  const kind = whole ? `a whole number of ${unit}` : 'a number';
  return { ...described, unit: whole ? `${unit}, ${range}` : range, remedy: `write ${kind} from ${range}`, schema };
}

function ids({ of, ...described }: Described & { of: string }): Variable<string[]> {
  const schema = z
    .string()
    .transform((list) => list.split(/[\s,]+/).filter((id) => id !== ''))
    .refine((list) => list.every((id) => SNOWFLAKE.test(id)));
  return { ...described, unit: `${of} IDs, separated by commas`, remedy: `write Discord ${of} IDs separated by commas`, schema };
}

/** `undefined` for an empty text, which is the default. */
function optional(schema: z.ZodType<string, string>): z.ZodType<string | undefined, string> {
  return z
    .literal('')
    .transform(() => undefined)
    .or(schema);
}

const COMMAND_REMEDY = 'write 1 to 32 letters in lower case, digits, hyphens or underscores, as Discord takes them';
const isCommandName = (name: string): boolean => COMMAND_NAME.test(name) && name === name.toLowerCase();

export const variables = {
  enabled: flag({ name: 'TELEMETRY_ENABLED', purpose: 'Turns the measuring on.', fallback: 'false' }),
  hashSalt: {
    name: 'TELEMETRY_HASH_SALT',
    purpose: 'The secret that guild IDs are hashed with; required when enabled.',
    unit: `random text of at least ${SALT_LENGTH} characters`,
    fallback: '',
    remedy:
      `write at least ${SALT_LENGTH} characters that were drawn at random, without words and patterns; ` +
      `make one with: node -p "crypto.randomBytes(32).toString('hex')"`,
    schema: optional(z.string().refine(looksRandom))
  } satisfies Variable<string | undefined>,
  previousHashSalt: {
    name: 'TELEMETRY_PREVIOUS_HASH_SALT',
    purpose: 'The salt before this one: guilds that opted out under it stay so.',
    unit: 'as `TELEMETRY_HASH_SALT`',
    fallback: '',
    remedy: 'write the former value of TELEMETRY_HASH_SALT, as it was',
    schema: optional(z.string().refine(looksRandom))
  } satisfies Variable<string | undefined>,
  sampleRate: number({
    name: 'TELEMETRY_SAMPLE_RATE',
    purpose: 'The share of runs that is recorded; reports scale counts back up.',
    fallback: '1',
    unit: 'share',
    min: 0,
    max: 1,
    whole: false
  }),
  retentionDays: number({
    name: 'TELEMETRY_RETENTION_DAYS',
    purpose: 'How many UTC days of events are kept, today included.',
    fallback: '30',
    unit: 'days',
    min: 1,
    max: 365
  }),
  queueSize: number({
    name: 'TELEMETRY_QUEUE_SIZE',
    purpose: 'How many events wait in memory before the oldest is dropped.',
    fallback: '1000',
    unit: 'events',
    min: 1,
    max: 1_000_000
  }),
  databaseUrl: {
    name: 'TELEMETRY_DATABASE_URL',
    purpose: 'The PostgreSQL database; without it, SQLite in a file.',
    unit: 'URL, as `postgresql://…`',
    fallback: '',
    remedy: (url) => `write postgresql://user:password@host:port/database, or leave it unset for SQLite (${postgresUrlProblem(url)})`,
    schema: optional(z.string().refine((url) => postgresUrlProblem(url) === undefined))
  } satisfies Variable<string | undefined>,
  dataDir: {
    name: 'TELEMETRY_DATA_DIR',
    purpose: 'The folder of `telemetry.db` (SQLite) and of counts of lost events.',
    unit: 'path',
    fallback: '.telemetry',
    remedy: 'write the whole path of a folder that the bot may write to; only a shell knows what ~ is',
    schema: z.string().refine((path) => !path.startsWith('~'))
  } satisfies Variable<string>,
  flushIntervalMs: number({
    name: 'TELEMETRY_FLUSH_INTERVAL_MS',
    purpose: 'How long an event waits at most while the database answers.',
    fallback: '2000',
    unit: 'milliseconds',
    min: 50,
    max: 600_000
  }),
  purgeCron: {
    name: 'TELEMETRY_PURGE_CRON',
    purpose: 'When old events are purged, besides at every start.',
    unit: 'cron expression, in UTC',
    fallback: '0 2 * * *',
    remedy: 'write a cron expression of five fields, as 0 2 * * *',
    schema: z.string().refine(isCron)
  } satisfies Variable<string>,
  autoMigrate: flag({
    name: 'TELEMETRY_AUTO_MIGRATE',
    purpose: 'Makes and updates the tables at start; else, run `migrate` by hand.',
    fallback: 'true'
  }),
  commandName: {
    name: 'TELEMETRY_COMMAND',
    purpose: 'What `/telemetry` is called, for a bot with a command of that name.',
    unit: '1 to 32 letters, digits, `-`, `_`',
    fallback: 'telemetry',
    remedy: COMMAND_REMEDY,
    schema: z.string().refine(isCommandName)
  } satisfies Variable<string>,
  privacyCommand: {
    name: 'TELEMETRY_PRIVACY_COMMAND',
    purpose: 'Registers a command for everyone: what is measured, and a way out.',
    unit: 'as `privacy`',
    fallback: '',
    remedy: COMMAND_REMEDY,
    schema: optional(z.string().refine(isCommandName))
  } satisfies Variable<string | undefined>,
  forgetLeftGuilds: flag({
    name: 'TELEMETRY_FORGET_LEFT_GUILDS',
    purpose: "Erases a server's events when the bot is removed from it.",
    fallback: 'false'
  }),
  notify: {
    name: 'TELEMETRY_NOTIFY',
    purpose: 'Whom the bot writes to of itself: alerts, and the weekly digest.',
    unit: '`owner`, or a channel ID',
    fallback: '',
    remedy: "write owner, for a direct message to the application's owner, or the Discord ID of a channel",
    schema: optional(z.string().refine((to) => to === 'owner' || SNOWFLAKE.test(to)))
  } satisfies Variable<string | undefined>,
  digestCron: {
    name: 'TELEMETRY_DIGEST_CRON',
    purpose: 'When the digest of the last seven days is sent.',
    unit: 'cron expression, in UTC',
    fallback: '0 8 * * 1',
    remedy: 'write a cron expression of five fields, as 0 8 * * 1',
    schema: z.string().refine(isCron)
  } satisfies Variable<string>,
  ownerIds: ids({
    name: 'TELEMETRY_OWNER_IDS',
    purpose: "Who may use `/telemetry` besides the application's owner or team.",
    fallback: '',
    of: 'user'
  }),
  commandGuildIds: ids({
    name: 'TELEMETRY_COMMAND_GUILDS',
    purpose: 'Registers `/telemetry` in these guilds only, instead of everywhere.',
    fallback: '',
    of: 'guild'
  })
};
