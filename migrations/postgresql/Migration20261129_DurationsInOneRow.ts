import { Migration } from '@mikro-orm/migrations';

/** The durations of an event have a row a day, with all of their buckets, instead of one for each. The table stays, as that of the guilds did. */
export class DurationsInOneRow extends Migration {
  override up(): void {
    const table = `"${this.config.get('schema')}".telemetry_daily_durations`;
    this.addSql(`alter table ${table} add column buckets text, drop constraint telemetry_daily_durations_pkey`);
    this.addSql(`
      insert into ${table} (day_bucket, event_name, sample_rate, bucket, count, buckets)
      select day_bucket, event_name, sample_rate, 0, 1, string_agg(bucket || ':' || count, ' ' order by bucket)
      from ${table} group by day_bucket, event_name, sample_rate
    `);
    this.addSql(`delete from ${table} where buckets is null`);
    this.addSql(`
      alter table ${table} drop column bucket, drop column count, alter column buckets set not null,
        add primary key (day_bucket, event_name, sample_rate),
        add constraint telemetry_daily_durations_buckets_check check (length(buckets) <= 3015)
    `);
  }
}
