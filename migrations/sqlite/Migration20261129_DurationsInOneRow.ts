import { Migration } from '@mikro-orm/migrations';
import { remake } from './remake.ts';

const DEFINITION = `(
  day_bucket text not null,
  event_name text not null,
  sample_rate real not null,
  buckets text not null,
  primary key (day_bucket, event_name, sample_rate),
  constraint telemetry_daily_durations_day_bucket_check check (length(day_bucket) = 10),
  constraint telemetry_daily_durations_event_name_check check (length(event_name) <= 180),
  constraint telemetry_daily_durations_sample_rate_check check (sample_rate > 0 and sample_rate <= 1),
  constraint telemetry_daily_durations_buckets_check check (length(buckets) <= 3015)
) strict, without rowid`;

/** The durations of an event have a row a day, with all of their buckets, instead of one for each. Each day gets the next generation of its table. */
export class DurationsInOneRow extends Migration {
  override up(): Promise<void> {
    return remake(this, {
      table: 'telemetry_daily_durations',
      definition: DEFINITION,
      rowsFrom: (former) => `
        select day_bucket, event_name, sample_rate, string_agg(bucket || ':' || count, ' ' order by bucket)
        from ${former} group by day_bucket, event_name, sample_rate
      `
    });
  }
}
