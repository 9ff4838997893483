import { Migration } from '@mikro-orm/migrations';

export class Notices extends Migration {
  override up(): void {
    this.addSql(`
      create table "${this.config.get('schema')}".telemetry_notices (
        day_bucket date not null,
        kind text not null,
        name text not null,
        primary key (day_bucket, kind, name),
        constraint telemetry_notices_kind_check check (kind in ('alert', 'recovery', 'digest')),
        constraint telemetry_notices_name_check check (length(name) <= 172)
      )
    `);
  }
}
