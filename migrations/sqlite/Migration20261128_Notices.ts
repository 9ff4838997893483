import { Migration } from '@mikro-orm/migrations';

export class Notices extends Migration {
  override up(): void {
    this.addSql(`
      create table telemetry_notices_template (
        day_bucket text not null,
        kind text not null,
        name text not null,
        claim integer not null,
        primary key (day_bucket, kind, name, claim),
        constraint telemetry_notices_day_bucket_check check (length(day_bucket) = 10),
        constraint telemetry_notices_kind_check check (kind = 'alert' or kind = 'recovery' or kind = 'digest'),
        constraint telemetry_notices_name_check check (length(name) <= 172),
        constraint telemetry_notices_claim_check check (claim >= 1 and claim <= 3)
      ) strict, without rowid
    `);
    this.addSql('create view telemetry_notices as select * from telemetry_notices_template');
  }
}
