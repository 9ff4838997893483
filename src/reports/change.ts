/** How a number of the period differs from that of the period before. */
export interface Change {
  /** (now - before) / before: 0.5 is half as much again, -1 is none any more. `null` where it was 0 before, or one of the two is not known. */
  readonly ratio: number | null;
  /** Whether it is at least a tenth, and more than the spread from day to day explains. */
  readonly isNotable: boolean;
}

/** What has changed from the period before. */
export interface UsageChange {
  readonly invokes: Change;
  /** Of the failures among the ended runs, that is 1 - success rate. */
  readonly failureRate: Change;
}
