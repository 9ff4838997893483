import { Migration } from '@mikro-orm/migrations';

export class InitialTables extends Migration {
  override up(): void {
    this.addSql(`
      create table telemetry_events (
        day_bucket date not null,
        id uuid not null,
        event_name text not null,
        surface text not null,
        feature text not null,
        action text not null,
        status text not null,
        provider text null,
        guild_hash text null,
        duration_ms integer null,
        error_type text null,
        sample_rate double precision not null,
        primary key (day_bucket, id),
        constraint telemetry_events_event_name_check check (length(event_name) <= 160),
        constraint telemetry_events_surface_check check (surface in ('discord', 'racetime', 'api')),
        constraint telemetry_events_feature_check check (length(feature) <= 64),
        constraint telemetry_events_action_check check (action in ('invoke', 'success', 'failure')),
        constraint telemetry_events_status_check check (status in ('ok', 'error', 'timeout', 'denied')),
        constraint telemetry_events_provider_check check (length(provider) <= 64),
        constraint telemetry_events_guild_hash_check check (length(guild_hash) <= 64),
        constraint telemetry_events_duration_ms_check check (duration_ms >= 0 and duration_ms <= 86400000),
        constraint telemetry_events_error_type_check check (length(error_type) <= 64),
        constraint telemetry_events_sample_rate_check check (sample_rate > 0 and sample_rate <= 1)
      )
    `);
    this.addSql(`
      create table telemetry_losses (
        day_bucket date not null,
        id uuid not null,
        reason text not null,
        count integer not null,
        primary key (day_bucket, id),
        constraint telemetry_losses_reason_check check (reason in ('queue_full', 'refused')),
        constraint telemetry_losses_count_check check (count >= 1 and count <= 2147483647)
      )
    `);
  }
}
