import type { Query } from './plainQueries.ts';

const TOTALS = `select (select count(*) from telemetry_daily_counts) + (select count(*) from telemetry_daily_durations)
  + (select count(*) from telemetry_daily_guilds) as count`;

/** What a report of all days costs for each total that it reads: the same at every size, or less. */
export async function growthNote(query: Query, ms: number, heapBytes: number): Promise<string> {
  const [row] = await query(TOTALS);
  const totals = Number(row?.['count']);
  return (
    `${totals.toLocaleString('en-US')} distinct totals; the report of 30 days takes ${((ms * 1000) / totals).toFixed(2)} µs for each, ` +
    `and holds ${(heapBytes / 2 ** 20).toFixed(1)} MB at most while it goes on, garbage aside: ${Math.round(heapBytes / totals)} bytes for each.`
  );
}
