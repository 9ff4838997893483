import { Migration } from '@mikro-orm/migrations';

export class Notices extends Migration {
  override up(): void {
    this.addSql(`
      create table telemetry_notices_template (
        day_bucket text not null,
        kind text not null,
        name text not null,
        primary key (day_bucket, kind, name),
        constraint telemetry_notices_day_bucket_check check (length(day_bucket) = 10),
        constraint telemetry_notices_kind_check check (kind in ('alert', 'recovery', 'digest')),
        constraint telemetry_notices_name_check check (length(name) <= 172)
      ) strict, without rowid
    `);
    this.addSql('create view telemetry_notices as select * from telemetry_notices_template');
  }
}
