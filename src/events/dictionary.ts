import { DAY, EVENT_NAME, GUILD_HASH, PROVIDER, SEGMENT, UUID_V4, type Field, type RowOf, type Table } from './field.ts';

/*
 * The data dictionary: every table and every field that is stored, with its limits and its reason. The event schema, the columns, their
 * CHECK constraints, the privacy text and the audit of a live database are all made from it, so a field that is not here can't be stored.
 */

export const SURFACES = ['discord', 'racetime', 'api'] as const;
export const ACTIONS = ['invoke', 'success', 'failure'] as const;
export const STATUSES = ['ok', 'error', 'timeout', 'denied'] as const;
export const LOSS_REASONS = ['queue_full', 'refused'] as const;

/** The longest duration that is stored: a day. */
export const MAX_DURATION_MS = 86_400_000;

const dayBucket = {
  column: 'day_bucket',
  type: 'day',
  nullable: false,
  pattern: DAY,
  purpose: 'The UTC day of the event. No finer time is stored.',
  example: '2026-02-12'
} as const satisfies Field;

const id = {
  column: 'id',
  type: 'uuid',
  nullable: false,
  pattern: UUID_V4,
  purpose: 'A random number (UUID v4) made for this row alone, so that writing it again after a lost answer changes nothing.',
  example: 'c0a8012e-7d1f-4c55-9b7e-0f7d0a3b9f42'
} as const satisfies Field;

export const eventFields = {
  dayBucket,
  id,
  eventName: {
    column: 'event_name',
    type: 'text',
    nullable: false,
    maxLength: 160,
    pattern: EVENT_NAME,
    purpose: 'What happened: `surface.feature.operation.action`, from names in the code of the bot.',
    example: 'discord.generator.preset.invoke'
  },
  surface: {
    column: 'surface',
    type: 'text',
    nullable: false,
    maxLength: 8,
    values: SURFACES,
    purpose: 'Where it ran.',
    example: 'discord'
  },
  feature: {
    column: 'feature',
    type: 'text',
    nullable: false,
    maxLength: 64,
    pattern: SEGMENT,
    purpose: 'The part of the bot.',
    example: 'generator'
  },
  action: {
    column: 'action',
    type: 'text',
    nullable: false,
    maxLength: 7,
    values: ACTIONS,
    purpose: 'The stage: every invoke has one success or one failure.',
    example: 'invoke'
  },
  status: {
    column: 'status',
    type: 'text',
    nullable: false,
    maxLength: 7,
    values: STATUSES,
    purpose: 'How it ended; `ok` for an invoke.',
    example: 'ok'
  },
  provider: {
    column: 'provider',
    type: 'text',
    nullable: true,
    maxLength: 64,
    pattern: PROVIDER,
    purpose: 'The outside service that was asked, as the code names it.',
    example: 'alttpr'
  },
  guildHash: {
    column: 'guild_hash',
    type: 'text',
    nullable: true,
    maxLength: 64,
    pattern: GUILD_HASH,
    purpose:
      'HMAC-SHA-256 of the guild id under the salt, to count guilds. It can be computed only with the salt, which the database does not hold.',
    example: '9f86d081884c7d65…'
  },
  durationMs: {
    column: 'duration_ms',
    type: 'integer',
    nullable: true,
    range: [0, MAX_DURATION_MS],
    purpose: 'How long the run took, in milliseconds; empty for an invoke, a denial and an interrupted run.',
    example: '1234'
  },
  errorType: {
    column: 'error_type',
    type: 'text',
    nullable: true,
    maxLength: 64,
    pattern: SEGMENT,
    purpose: 'The category of a failure, from a closed list; never a message.',
    example: 'provider_timeout'
  },
  sampleRate: {
    column: 'sample_rate',
    type: 'real',
    nullable: false,
    range: [0, 1],
    purpose: 'The sampling rate at that time, so that reports can scale counts.',
    example: '1'
  }
} as const satisfies Record<string, Field>;

export const lossFields = {
  dayBucket: { ...dayBucket, purpose: 'The UTC day of the events that were lost.' },
  id,
  reason: {
    column: 'reason',
    type: 'text',
    nullable: false,
    maxLength: 10,
    values: LOSS_REASONS,
    purpose: '`queue_full`: the oldest made room for a new one. `refused`: the database would not take it.',
    example: 'queue_full'
  },
  count: {
    column: 'count',
    type: 'integer',
    nullable: false,
    range: [1, 2_147_483_647],
    purpose: 'How many events.',
    example: '12'
  }
} as const satisfies Record<string, Field>;

const dailyCount = {
  column: 'count',
  type: 'integer',
  nullable: false,
  range: [1, 2_147_483_647],
  purpose: 'How many events.',
  example: '12'
} as const;

/** In a key nothing may be NULL: no provider and no error type are empty texts there. */
const orNone = <F extends Field>(field: F): Omit<F, 'nullable'> & { readonly nullable: false } => ({ ...field, nullable: false });

export const dailyCountFields = {
  dayBucket,
  eventName: eventFields.eventName,
  provider: orNone(eventFields.provider),
  status: eventFields.status,
  errorType: orNone(eventFields.errorType),
  sampleRate: eventFields.sampleRate,
  count: dailyCount
} as const satisfies Record<string, Field>;

export const dailyDurationFields = {
  dayBucket,
  eventName: eventFields.eventName,
  sampleRate: eventFields.sampleRate,
  bucket: {
    column: 'bucket',
    type: 'integer',
    nullable: false,
    range: [0, 200],
    purpose: 'The logarithmic bucket of the duration: times that differ by less than a tenth share one.',
    example: '57'
  },
  count: dailyCount
} as const satisfies Record<string, Field>;

export const dailyGuildFields = {
  dayBucket,
  surface: eventFields.surface,
  guildHash: { ...eventFields.guildHash, nullable: false }
} as const satisfies Record<string, Field>;

export const saltFields = {
  dayBucket: { ...dayBucket, purpose: 'A UTC day on which a process with this salt ran.' },
  fingerprint: {
    ...eventFields.guildHash,
    column: 'fingerprint',
    nullable: false,
    purpose: 'HMAC-SHA-256 of a fixed text under the salt, to notice that the salt was changed. The salt can not be computed from it.'
  }
} as const satisfies Record<string, Field>;

/** Every table of ours, each with its reason. */
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
    purpose: 'Of a day that is over, how many events were alike, so that a report need not read them one by one.',
    key: ['dayBucket', 'eventName', 'provider', 'status', 'errorType', 'sampleRate'],
    fields: dailyCountFields
  },
  dailyDurations: {
    name: 'telemetry_daily_durations',
    purpose: 'Of a day that is over, how many runs took about as long.',
    key: ['dayBucket', 'eventName', 'sampleRate', 'bucket'],
    fields: dailyDurationFields
  },
  dailyGuilds: {
    name: 'telemetry_daily_guilds',
    purpose: 'Of a day that is over, the hashes of the guilds in which anything was recorded.',
    key: ['dayBucket', 'surface', 'guildHash'],
    fields: dailyGuildFields
  },
  salts: {
    name: 'telemetry_salts',
    purpose: 'Which salts the stored hashes were made with, so that nobody compares hashes of two.',
    key: ['dayBucket', 'fingerprint'],
    fields: saltFields
  }
} as const satisfies Record<string, Table>;

/** MikroORM's own list of the migrations that ran, with the moment the operator's process ran them. */
export const migrationsTable = {
  name: 'telemetry_migrations',
  purpose: 'Which migrations ran on this database, and when: an act of the operator, not an event.'
} as const;

/** An event, as it is queued and stored. */
export type TelemetryEvent = RowOf<typeof eventFields>;
/** A count of lost events, as it is stored. */
export type TelemetryLoss = RowOf<typeof lossFields>;
export type Surface = (typeof SURFACES)[number];
export type Action = (typeof ACTIONS)[number];
export type Status = (typeof STATUSES)[number];
export type LossReason = (typeof LOSS_REASONS)[number];
