import { Migration } from '@mikro-orm/migrations';
import { remake } from './remake.ts';

const DEFINITION = `(
  day_bucket text not null,
  guild_hash text not null,
  features text not null,
  primary key (day_bucket, guild_hash),
  constraint telemetry_daily_guilds_day_bucket_check check (length(day_bucket) = 10),
  constraint telemetry_daily_guilds_guild_hash_check check (length(guild_hash) <= 64),
  constraint telemetry_daily_guilds_features_check check (length(features) <= 100000)
) strict, without rowid`;

/** A guild has a row a day, with all of its features, instead of one for each. Each day gets the next generation of its table. */
export class GuildsInOneRow extends Migration {
  override up(): Promise<void> {
    return remake(this, {
      table: 'telemetry_daily_guilds',
      definition: DEFINITION,
      rowsFrom: (former) => `
        select day_bucket, guild_hash, string_agg(surface || '.' || feature, ' ' order by surface || '.' || feature)
        from ${former} group by day_bucket, guild_hash
      `
    });
  }
}
