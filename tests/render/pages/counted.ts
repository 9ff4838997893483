import { LISTENER_ERROR } from '../../../src/events/names.ts';
import type { TestDatabase } from '../../support/databases.ts';
import { UNIT, type Percentile } from './figures.ts';

const WEIGHT = 'case sample_rate when 0.3 then 10 when 0.5 then 6 else 3 end';
const sumOf = (condition: string): string => `sum(case when ${condition} then ${WEIGHT} else 0 end)`;
/** Errors of listeners are none of runs. */
export const RUN = `feature <> '${LISTENER_ERROR}'`;
export const OPERATION = 'substr(event_name, 1, length(event_name) - length(action) - 1)';
export const DAY = 'cast(day_bucket as text)';

export function between(from: string, to: string): string {
  return `day_bucket between '${from}' and '${to}'`;
}

/** Weights of the events of a group. */
export interface Counted {
  readonly events: number;
  readonly invokes: number;
  readonly good: number;
  readonly bad: number;
}

export const NOTHING: Counted = { events: 0, invokes: 0, good: 0, bad: 0 };

/** How long the runs of a group took. */
export interface Timed {
  readonly p50: Percentile;
  readonly p95: Percentile;
  /** Weights of those with a duration, and of those over 3 seconds. */
  readonly all: number;
  readonly slow: number;
}

const at = (sign: string, share: number): string => `min(case when 100 * seen ${sign} ${share} * total then duration_ms end)`;

/** Plain SQL over the stored events, a group at a time: whatever `by` gives is the name of a group. */
export class Counting {
  readonly #database: TestDatabase;

  constructor(database: TestDatabase) {
    this.#database = database;
  }

  /** Those with the most events first, as pages show them, or with the most of another column; then by name. */
  counts(by: string, where: string, most: keyof Counted = 'events'): Promise<Map<string, Counted>> {
    const binary = this.#database.engine === 'SQLite' ? '' : 'collate "C"';
    return this.#groups(
      `select * from (select ${by} as name, sum(${WEIGHT}) as events, ${sumOf("action = 'invoke'")} as invokes, ${sumOf("action = 'success'")} as good,
        ${sumOf("action = 'failure'")} as bad from telemetry_events where ${where} group by 1) as counted
        order by (2 * ${most} + ${UNIT}) / (2 * ${UNIT}) desc, name ${binary}`,
      ({ events, invokes, good, bad }) => ({ events: Number(events), invokes: Number(invokes), good: Number(good), bad: Number(bad) })
    );
  }

  durations(by: string, where: string): Promise<Map<string, Timed>> {
    return this.#groups(
      `with timed as (select ${by} as name, duration_ms, ${WEIGHT} as weight from telemetry_events where ${where} and duration_ms is not null),
        ranked as (select timed.*, sum(weight) over (partition by name order by duration_ms) as seen, sum(weight) over (partition by name) as total
          from timed)
        select name, ${at('>=', 50)} as p50_low, ${at('>', 50)} as p50_high, ${at('>=', 95)} as p95_low, ${at('>', 95)} as p95_high,
          max(total) as total, sum(case when duration_ms > 3000 then weight else 0 end) as slow from ranked group by 1`,
      (row) => ({
        p50: { low: Number(row['p50_low']), high: Number(row['p50_high']) },
        p95: { low: Number(row['p95_low']), high: Number(row['p95_high']) },
        all: Number(row['total']),
        slow: Number(row['slow'])
      })
    );
  }

  guilds(by: string, where: string): Promise<Map<string, number>> {
    return this.#groups(
      `select ${by} as name, count(distinct guild_hash) as guilds from telemetry_events where ${where} and guild_hash is not null group by 1`,
      ({ guilds }) => Number(guilds)
    );
  }

  /** The only number that a query gives, as pages show it. */
  async sum(statement: string): Promise<string> {
    const [row] = await this.#database.sql(statement);
    return Number(row?.['sum']).toLocaleString('en-US');
  }

  async #groups<T>(statement: string, toGroup: (row: Record<string, unknown>) => T): Promise<Map<string, T>> {
    const rows = await this.#database.sql(statement);
    return new Map(rows.map((row) => [String(row['name']), toGroup(row)]));
  }
}
