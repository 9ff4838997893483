import { Migration } from '@mikro-orm/migrations';

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
  override async up(): Promise<void> {
    const rows = await this.execute(`select name from sqlite_master where type = 'table' and name glob 'telemetry_daily_guilds_[0-9]*'`);
    const old = rows.map(({ name }: { name?: string }) => String(name));
    this.addSql('drop view telemetry_daily_guilds');
    for (const name of old) {
      this.addSql(`create table ${nextOf(name)} ${DEFINITION}`);
    }
    for (const name of old) {
      this.addSql(`
        insert into ${nextOf(name)} (day_bucket, guild_hash, features)
        select day_bucket, guild_hash, string_agg(surface || '.' || feature, ' ' order by surface || '.' || feature)
        from ${name} group by day_bucket, guild_hash
      `);
      this.addSql(`drop table ${name}`);
    }
    this.addSql('drop table telemetry_daily_guilds_template');
    this.addSql(`create table telemetry_daily_guilds_template ${DEFINITION}`);
    const tables = ['telemetry_daily_guilds_template', ...old.map(nextOf)];
    this.addSql(`create view telemetry_daily_guilds as ${tables.map((name) => `select * from ${name}`).join(' union all ')}`);
  }
}

/** The next generation of a day: `telemetry_daily_guilds_20261125_2`. */
function nextOf(name: string): string {
  const at = name.lastIndexOf('_') + 1;
  return `${name.slice(0, at)}${Number(name.slice(at)) + 1}`;
}
