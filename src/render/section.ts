import type { Change, GuildCount, OperationUsage, ProviderUsage } from '../reports/usageReport.ts';

/** What a row says: numbers, each shown as its key asks for, or texts. */
export interface Values {
  readonly status?: string;
  readonly runs?: number;
  readonly invokes?: number;
  readonly successes?: number;
  readonly failures?: number;
  readonly successRate?: number | null;
  readonly count?: number;
  readonly p50Ms?: number | null;
  readonly p95Ms?: number | null;
  /** Of the runs that took longer than 3 seconds. */
  readonly slowShare?: number | null;
  readonly guilds?: GuildCount | null;
  readonly previousGuilds?: GuildCount | null;
  readonly previousInvokes?: number | null;
  readonly previousRate?: number | null;
  readonly previousP95Ms?: number | null;
  readonly change?: Change | null;
  /** Of the failures among the ended runs, where it stands beside that of the runs. */
  readonly failureChange?: Change | null;
  readonly piece?: string;
}

export interface Column {
  readonly key: keyof Values;
  readonly header: string;
  /** Whether it is left out where there is little room. */
  readonly wideOnly?: boolean;
}

export interface Row {
  readonly label: string;
  /** 0, or 1 for a row that belongs to the one above. */
  readonly depth: 0 | 1;
  readonly values: Values;
  /** How a table of single facts calls it; none for a row that only adds up others. */
  readonly fact?: { readonly surface: string | null; readonly name: string };
}

/** A table of a report. Text, CSV, HTML, message and embed are renderings of it. */
export interface Section {
  readonly title: string;
  /** What one of its rows is called. */
  readonly one: string;
  readonly columns: readonly Column[];
  readonly rows: readonly Row[];
  /** Where it stands: `always`; `roomy`, where there is room for more than a message holds; `full`, where there is room for everything. */
  readonly shown: 'always' | 'roomy' | 'full';
  /** What is said where it has no rows. Default: nothing, and the section is left out. */
  readonly ifEmpty?: string;
}

/** Which tables of a report are wanted. */
export interface Wanted {
  /** Whether the figures of the period before stand beside those of each operation, where there are any. Default: false. */
  readonly withPrevious?: boolean;
  /** Only this operation. Default: all of the report. */
  readonly operation?: OperationUsage | undefined;
}

export const RUNS = { key: 'runs', header: 'runs' } as const;
export const INVOKES = { key: 'invokes', header: 'runs' } as const;
export const SUCCESS = { key: 'successRate', header: 'success' } as const;
export const FAILED = { key: 'failures', header: 'failed', wideOnly: true } as const;
export const P50 = { key: 'p50Ms', header: 'p50' } as const;
export const P95 = { key: 'p95Ms', header: 'p95' } as const;
export const SLOW = { key: 'slowShare', header: 'over 3 s', wideOnly: true } as const;
export const CHANGE = { key: 'change', header: 'change', wideOnly: true } as const;
export const GUILDS = { key: 'guilds', header: 'guilds' } as const;
export const ERROR_COLUMNS: readonly Column[] = [
  { key: 'status', header: 'status', wideOnly: true },
  { key: 'count', header: 'count' }
];

export function providerRow({ provider, runs, successes, failures, successRate }: ProviderUsage, surface: string | null): Row {
  return { label: provider, depth: 0, values: { runs, successes, failures, successRate }, fact: { surface, name: provider } };
}
