import { Migration } from '@mikro-orm/migrations';

export class Notices extends Migration {
  override up(): void {
    this.addSql(`
      create table "${this.config.get('schema')}".telemetry_notices (
        day_bucket date not null,
        kind text not null,
        name text not null,
        claim integer not null,
        primary key (day_bucket, kind, name, claim),
        constraint telemetry_notices_kind_check check (kind = 'alert' or kind = 'recovery' or kind = 'digest'),
        constraint telemetry_notices_name_check check (length(name) <= 172),
        constraint telemetry_notices_claim_check check (claim >= 1 and claim <= 3)
      )
    `);
  }
}
