import { Migration } from '@mikro-orm/migrations';

/** A guild has a row a day, with all of its features, instead of one for each. The table stays, and with it who may read and write it. */
export class GuildsInOneRow extends Migration {
  override up(): void {
    const table = `"${this.config.get('schema')}".telemetry_daily_guilds`;
    this.addSql(`alter table ${table} add column features text, drop constraint telemetry_daily_guilds_pkey`);
    this.addSql(`
      insert into ${table} (day_bucket, surface, feature, guild_hash, features)
      select day_bucket, 'discord', '', guild_hash, string_agg(surface || '.' || feature, ' ' order by surface || '.' || feature)
      from ${table} group by day_bucket, guild_hash
    `);
    this.addSql(`delete from ${table} where features is null`);
    this.addSql(`
      alter table ${table} drop column surface, drop column feature, alter column features set not null,
        add primary key (day_bucket, guild_hash),
        add constraint telemetry_daily_guilds_features_check check (length(features) <= 100000)
    `);
  }
}
