import { ACTIONS, STATUSES, SURFACES } from './closedLists.ts';
import type { Field, RowOf } from './field.ts';
import { DAY, EVENT_NAME, GUILD_HASH, PROVIDER, SEGMENT, UUID_V4 } from './patterns.ts';

/** The longest duration that is stored: a day. */
export const MAX_DURATION_MS = 86_400_000;

export const dayBucket = {
  column: 'day_bucket',
  type: 'day',
  nullable: false,
  pattern: DAY,
  purpose: 'The UTC day of the event. No finer time is stored.',
  example: '2026-02-12'
} as const satisfies Field;

export const id = {
  column: 'id',
  type: 'uuid',
  nullable: false,
  pattern: UUID_V4,
  purpose: 'A random UUID (v4), so that writing the row again changes nothing. Its first 48 bits are those of its segment (see below).',
  example: 'c0a8012e-7d1f-4c55-9b7e-0f7d0a3b9f42'
} as const satisfies Field;

/** The fields of an event. */
export const eventFields = {
  dayBucket,
  id,
  eventName: {
    column: 'event_name',
    type: 'text',
    nullable: false,
    maxLength: 180,
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
      'HMAC-SHA-256 of the guild id under a key made from the salt, to count guilds. It takes the salt, which the database does not hold.',
    example: '9f86d081884c7d65…'
  },
  durationMs: {
    column: 'duration_ms',
    type: 'integer',
    nullable: true,
    range: [0, MAX_DURATION_MS],
    purpose: 'How long the run took, in milliseconds; empty for an invoke, a run that was not let start, and an interrupted one.',
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

/** An event, as it is queued and stored. */
export type TelemetryEvent = RowOf<typeof eventFields>;
