import { LOSS_REASONS, NOTICE_KINDS } from './closedLists.ts';
import { dayBucket, eventFields, id } from './eventFields.ts';
import type { Field, RowOf, Table } from './field.ts';
import { NOTICE_NAME } from './patterns.ts';
import { count, dailyCountFields, dailyDurationFields, dailyGuildFields } from './rollupFields.ts';

/*
 * The data dictionary: every table and every field that is stored, with its limits and its reason. The event schema, the columns, their
 * CHECK constraints, the privacy text and the audit of a live database are all made from it, so a field that is not here can't be stored.
 */

export const lossFields = {
  dayBucket: { ...dayBucket, purpose: 'The UTC day of the events that were lost.' },
  id,
  reason: {
    column: 'reason',
    type: 'text',
    nullable: false,
    maxLength: 10,
    values: LOSS_REASONS,
    purpose: '`queue_full`: the queue had no room. `refused`: the database would not take it. `unwritten`: the process ended before.',
    example: 'queue_full'
  },
  count
} as const satisfies Record<string, Field>;

export const saltFields = {
  dayBucket: { ...dayBucket, purpose: 'A UTC day of which hashes of this salt are stored.' },
  fingerprint: {
    ...eventFields.guildHash,
    column: 'fingerprint',
    nullable: false,
    purpose:
      'HMAC-SHA-256 of a fixed text under the same key as the guild hashes, stored with every batch of them, to notice that the salt was changed.'
  }
} as const satisfies Record<string, Field>;

/** So many times a notice is claimed at most. */
export const LAST_CLAIM = 3;

export const noticeFields = {
  dayBucket: { ...dayBucket, purpose: 'The UTC day of the notice. No finer time is stored.' },
  kind: {
    column: 'kind',
    type: 'text',
    nullable: false,
    maxLength: 8,
    values: NOTICE_KINDS,
    purpose: 'What kind of notice it is.',
    example: 'digest'
  },
  name: {
    column: 'name',
    type: 'text',
    nullable: false,
    maxLength: 172,
    pattern: NOTICE_NAME,
    purpose: 'What it is about: `week`, `provider.` and a provider, or an operation as in the names of its events.',
    example: 'discord.generator.preset'
  },
  claim: {
    column: 'claim',
    type: 'integer',
    nullable: false,
    range: [1, LAST_CLAIM],
    purpose: 'The number of this claim of it. A notice that was sent, or that nobody would take, has the last.',
    example: '1'
  }
} as const satisfies Record<string, Field>;

export const optOutFields = {
  guildHash: {
    ...eventFields.guildHash,
    nullable: false,
    purpose: 'Salted hash of the id of a guild that opted out.'
  },
  fingerprint: { ...saltFields.fingerprint, purpose: 'Of the salt that the hash was made with: another salt would not find the guild.' }
} as const satisfies Record<string, Field>;

/** The tables whose rows are of a day, each with its reason: a row goes with its day. */
export const tables = {
  events: {
    name: 'telemetry_events',
    purpose: 'One row for each stage of a measured run.',
    key: ['dayBucket', 'id'],
    fields: eventFields
  },
  losses: {
    name: 'telemetry_losses',
    purpose: 'How many events were lost, by day and reason, so that a report can say so.',
    key: ['dayBucket', 'id'],
    fields: lossFields
  },
  dailyCounts: {
    name: 'telemetry_daily_counts',
    purpose: 'How many events of a day that is over were alike, so that a report need not read them one by one.',
    key: ['dayBucket', 'eventName', 'provider', 'status', 'errorType', 'sampleRate'],
    fields: dailyCountFields
  },
  dailyDurations: {
    name: 'telemetry_daily_durations',
    purpose: 'How many runs of a day that is over took about the same time.',
    key: ['dayBucket', 'eventName', 'sampleRate'],
    fields: dailyDurationFields
  },
  dailyGuilds: {
    name: 'telemetry_daily_guilds',
    purpose: 'The hashes of the guilds of a day that is over, and which features were used there, to count the guilds of each.',
    key: ['dayBucket', 'guildHash'],
    fields: dailyGuildFields
  },
  salts: {
    name: 'telemetry_salts',
    purpose: 'Which salts the stored hashes were made with, so that hashes of two salts are never compared.',
    key: ['dayBucket', 'fingerprint'],
    fields: saltFields
  },
  notices: {
    name: 'telemetry_notices',
    purpose:
      'Which notices were sent to the owner of the bot, or into their channel, on a day, so that only one of many processes sends them.',
    key: ['dayBucket', 'kind', 'name', 'claim'],
    fields: noticeFields
  }
} as const satisfies Record<string, Table>;

/** What was said of a guild, and stands until it is taken back. */
export const optOutTable = {
  name: 'telemetry_opt_outs',
  purpose: 'Of which guilds nothing may be recorded, since their admins said so. It is kept until they take it back.',
  key: ['guildHash'],
  fields: optOutFields
} as const satisfies Table;

/** Every table of ours. */
export const allTables = { ...tables, optOuts: optOutTable } as const;

/** MikroORM's own list of the migrations that ran, with the moment the operator's process ran them. */
export const migrationsTable = {
  name: 'telemetry_migrations',
  purpose: 'Which migrations ran on this database, and when: an act of the operator, not an event.',
  columns: ['id', 'name', 'executed_at']
} as const;

/** The use of a salt on a day, as it is stored. */
export type TelemetrySalt = RowOf<typeof saltFields>;

/** A notice of a day, as its claims are stored. */
export type Notice = Omit<RowOf<typeof noticeFields>, 'claim'>;

/** A guild that opted out, as it is stored. */
export type OptOut = RowOf<typeof optOutFields>;

/** A count of lost events, as it is stored. */
export type TelemetryLoss = RowOf<typeof lossFields>;
