import type { Query } from './plainQueries.ts';

const COUNT_ROLLUPS = `select (select count(*) from telemetry_daily_counts) + (select count(*) from telemetry_daily_durations)
  + (select count(*) from telemetry_daily_guilds) as count`;

/** What a report of all days costs for each row of the rollups: the same at every size, or less. */
export async function rollupNote(query: Query, ms: number, heapBytes: number): Promise<string> {
  const [row] = await query(COUNT_ROLLUPS);
  const rollups = Number(row?.['count']);
  return (
    `${rollups.toLocaleString('en-US')} rows of rollups; the report of 14 days and the 14 before takes ${((ms * 1000) / rollups).toFixed(2)} µs for each, ` +
    `and holds ${(heapBytes / 2 ** 20).toFixed(1)} MB at most while it goes on, garbage aside: ${Math.round(heapBytes / rollups)} bytes for each.`
  );
}
