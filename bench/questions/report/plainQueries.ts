/** Runs a query; both engines take these. */
export type Query = (statement: string) => Promise<Record<string, unknown>[]>;

/** What a report would ask the rows themselves: six GROUP BYs with exact percentiles, as one writes them first. */
export function plainGroupBys(from: string): string[] {
  const where = `where day_bucket >= '${from}'`;
  const outcomes = `count(*) filter (where action = 'success') as successes, count(*) filter (where action = 'failure') as failures`;
  const percentiles =
    'percentile_cont(0.5) within group (order by duration_ms) as p50, percentile_cont(0.95) within group (order by duration_ms) as p95';
  return [
    `select surface, feature, event_name, count(*), ${outcomes}, ${percentiles} from telemetry_events ${where} group by 1, 2, 3`,
    `select provider, count(*), ${outcomes}, ${percentiles} from telemetry_events ${where} group by 1`,
    `select error_type, status, count(*) from telemetry_events ${where} and action = 'failure' group by 1, 2`,
    `select day_bucket, count(*), ${outcomes} from telemetry_events ${where} group by 1`,
    `select surface, ${percentiles} from telemetry_events ${where} group by 1`,
    `select surface, count(distinct guild_hash) from telemetry_events ${where} group by 1`
  ];
}

/** The first day and the last. */
interface Days {
  readonly from: string;
  readonly to: string;
}

const within = ({ from, to }: Days): string => `day_bucket between '${from}' and '${to}'`;

/** The rows counted one way that leaves nothing out, to compare a report with. */
export const COUNTS = {
  operations: (days: Days) => `select substr(event_name, 1, length(event_name) - length(action) - 1) as name,
    count(case when action = 'invoke' then 1 end) as invokes, count(case when action = 'success' then 1 end) as successes,
    count(case when action = 'failure' then 1 end) as failures from telemetry_events where ${within(days)} group by 1`,
  providers: (days: Days) => `select provider as name, count(case when action = 'success' then 1 end) as successes,
    count(case when action = 'failure' then 1 end) as failures from telemetry_events
    where ${within(days)} and provider is not null and action <> 'invoke' group by 1`,
  errors: (days: Days) => `select error_type || ' ' || status as name, count(*) as count from telemetry_events
    where ${within(days)} and error_type is not null group by 1`,
  daily: (
    days: Days
  ) => `select cast(day_bucket as text) as name, count(*) as events, count(case when action = 'success' then 1 end) as successes,
    count(case when action = 'failure' then 1 end) as failures from telemetry_events where ${within(days)} group by 1`,
  guilds: (days: Days) =>
    // As a report tells them: in steps of five.
    `select 'all' as name, count(distinct guild_hash) / 5 * 5 as guilds from telemetry_events where ${within(days)}`
} as const;

/** The exact percentiles of each operation, by nearest rank. */
export const PERCENTILES = (days: Days): string => `
  with ranked as (
    select substr(event_name, 1, length(event_name) - length(action) - 1) as name, duration_ms,
      row_number() over (partition by substr(event_name, 1, length(event_name) - length(action) - 1) order by duration_ms) as place,
      count(*) over (partition by substr(event_name, 1, length(event_name) - length(action) - 1)) as total
    from telemetry_events where ${within(days)} and duration_ms is not null
  )
  select name, max(case when place = ceil(0.5 * total) then duration_ms end) as p50, max(case when place = ceil(0.95 * total) then duration_ms end) as p95
  from ranked group by 1`;
