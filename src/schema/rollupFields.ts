import { dayBucket, eventFields } from './eventFields.ts';
import type { Field } from './field.ts';
import { BUCKETS, FEATURES } from './patterns.ts';

/** How many events a row stands for. */
export const count = {
  column: 'count',
  type: 'integer',
  nullable: false,
  range: [1, 2_147_483_647],
  purpose: 'How many events.',
  example: '12'
} as const;

// In a key nothing may be NULL: no provider and no error type are empty texts there.
const provider = { ...eventFields.provider, nullable: false } as const;
const errorType = { ...eventFields.errorType, nullable: false } as const;

export const dailyCountFields = {
  dayBucket,
  eventName: eventFields.eventName,
  provider,
  status: eventFields.status,
  errorType,
  sampleRate: eventFields.sampleRate,
  count
} as const satisfies Record<string, Field>;

export const dailyDurationFields = {
  dayBucket,
  eventName: eventFields.eventName,
  sampleRate: eventFields.sampleRate,
  buckets: {
    column: 'buckets',
    type: 'text',
    nullable: false,
    // Of all 201 buckets, with the highest counts.
    maxLength: 3_015,
    pattern: BUCKETS,
    purpose:
      'How many of the runs fell into each logarithmic bucket of durations, as `bucket:count`: times that differ by less than a tenth share one.',
    example: '57:12 58:3'
  }
} as const satisfies Record<string, Field>;

export const dailyGuildFields = {
  dayBucket,
  guildHash: { ...eventFields.guildHash, nullable: false },
  features: {
    column: 'features',
    type: 'text',
    nullable: false,
    // Of more than a thousand features with the longest names: no bot has as many.
    maxLength: 100_000,
    pattern: FEATURES,
    purpose: 'The features that were used in the guild, each after its surface.',
    example: 'discord.daily discord.generator'
  }
} as const satisfies Record<string, Field>;
