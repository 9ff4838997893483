import { Migration } from '@mikro-orm/migrations';

/**
 * A rowid would keep the order in which the rows came, so the tables have none. Rows are in tables of their days, which are made like these as
 * they are needed (`src/storage/sqlite/dayTables.ts`), and a view shows them all. A migration that changes a template has to change all of them.
 */
export class InitialTables extends Migration {
  override up(): void {
    this.addSql(`
      create table telemetry_daily_counts_template (
        day_bucket text not null,
        event_name text not null,
        provider text not null,
        status text not null,
        error_type text not null,
        sample_rate real not null,
        count integer not null,
        primary key (day_bucket, event_name, provider, status, error_type, sample_rate),
        constraint telemetry_daily_counts_day_bucket_check check (length(day_bucket) = 10),
        constraint telemetry_daily_counts_event_name_check check (length(event_name) <= 180),
        constraint telemetry_daily_counts_provider_check check (length(provider) <= 64),
        constraint telemetry_daily_counts_status_check check (status = 'ok' or status = 'error' or status = 'timeout' or status = 'denied'),
        constraint telemetry_daily_counts_error_type_check check (length(error_type) <= 64),
        constraint telemetry_daily_counts_sample_rate_check check (sample_rate > 0 and sample_rate <= 1),
        constraint telemetry_daily_counts_count_check check (count >= 1 and count <= 2147483647)
      ) strict, without rowid
    `);
    this.addSql(`
      create table telemetry_daily_durations_template (
        day_bucket text not null,
        event_name text not null,
        sample_rate real not null,
        bucket integer not null,
        count integer not null,
        primary key (day_bucket, event_name, sample_rate, bucket),
        constraint telemetry_daily_durations_day_bucket_check check (length(day_bucket) = 10),
        constraint telemetry_daily_durations_event_name_check check (length(event_name) <= 180),
        constraint telemetry_daily_durations_sample_rate_check check (sample_rate > 0 and sample_rate <= 1),
        constraint telemetry_daily_durations_bucket_check check (bucket >= 0 and bucket <= 200),
        constraint telemetry_daily_durations_count_check check (count >= 1 and count <= 2147483647)
      ) strict, without rowid
    `);
    this.addSql(`
      create table telemetry_daily_guilds_template (
        day_bucket text not null,
        surface text not null,
        feature text not null,
        guild_hash text not null,
        primary key (day_bucket, surface, feature, guild_hash),
        constraint telemetry_daily_guilds_day_bucket_check check (length(day_bucket) = 10),
        constraint telemetry_daily_guilds_surface_check check (surface = 'discord' or surface = 'racetime' or surface = 'api'),
        constraint telemetry_daily_guilds_feature_check check (length(feature) <= 64),
        constraint telemetry_daily_guilds_guild_hash_check check (length(guild_hash) <= 64)
      ) strict, without rowid
    `);
    this.addSql(`
      create table telemetry_events_template (
        day_bucket text not null,
        id text not null,
        event_name text not null,
        surface text not null,
        feature text not null,
        action text not null,
        status text not null,
        provider text null,
        guild_hash text null,
        duration_ms integer null,
        error_type text null,
        sample_rate real not null,
        primary key (day_bucket, id),
        constraint telemetry_events_day_bucket_check check (length(day_bucket) = 10),
        constraint telemetry_events_id_check check (length(id) = 36),
        constraint telemetry_events_event_name_check check (length(event_name) <= 180),
        constraint telemetry_events_surface_check check (surface = 'discord' or surface = 'racetime' or surface = 'api'),
        constraint telemetry_events_feature_check check (length(feature) <= 64),
        constraint telemetry_events_action_check check (action = 'invoke' or action = 'success' or action = 'failure'),
        constraint telemetry_events_status_check check (status = 'ok' or status = 'error' or status = 'timeout' or status = 'denied'),
        constraint telemetry_events_provider_check check (length(provider) <= 64),
        constraint telemetry_events_guild_hash_check check (length(guild_hash) <= 64),
        constraint telemetry_events_duration_ms_check check (duration_ms >= 0 and duration_ms <= 86400000),
        constraint telemetry_events_error_type_check check (length(error_type) <= 64),
        constraint telemetry_events_sample_rate_check check (sample_rate > 0 and sample_rate <= 1)
      ) strict, without rowid
    `);
    this.addSql(`
      create table telemetry_losses_template (
        day_bucket text not null,
        id text not null,
        reason text not null,
        count integer not null,
        primary key (day_bucket, id),
        constraint telemetry_losses_day_bucket_check check (length(day_bucket) = 10),
        constraint telemetry_losses_id_check check (length(id) = 36),
        constraint telemetry_losses_reason_check check (reason = 'queue_full' or reason = 'refused' or reason = 'unwritten'),
        constraint telemetry_losses_count_check check (count >= 1 and count <= 2147483647)
      ) strict, without rowid
    `);
    this.addSql(`
      create table telemetry_opt_outs (
        guild_hash text not null,
        fingerprint text not null,
        primary key (guild_hash),
        constraint telemetry_opt_outs_guild_hash_check check (length(guild_hash) <= 64),
        constraint telemetry_opt_outs_fingerprint_check check (length(fingerprint) <= 64)
      ) strict, without rowid
    `);
    this.addSql(`
      create table telemetry_salts_template (
        day_bucket text not null,
        fingerprint text not null,
        primary key (day_bucket, fingerprint),
        constraint telemetry_salts_day_bucket_check check (length(day_bucket) = 10),
        constraint telemetry_salts_fingerprint_check check (length(fingerprint) <= 64)
      ) strict, without rowid
    `);
    for (const table of ['daily_counts', 'daily_durations', 'daily_guilds', 'events', 'losses', 'salts'])
      this.addSql(`create view telemetry_${table} as select * from telemetry_${table}_template`);
  }
}
