import type { Clock } from '../events/clock.ts';
import { addDays, DAY_MS, utcDay } from '../events/day.ts';
import type { DatabaseClock } from '../store/store.ts';
import { KEPT_AHEAD_DAYS, newestPurgedDay, type PurgeOptions } from './purge.ts';

/** Two clocks that differ by more than this do not agree, in milliseconds. */
const TOLERANCE_MS = DAY_MS;

const REMEDY = 'Once the clock is right, old events are purged by themselves; sapphire-telemetry purge --force purges all the same';

/** The process's clock may be wrong, and nothing is deleted by it. The message says why and what to do. */
export class ClockError extends Error {
  override readonly name = 'ClockError';

  /** @param doubt as {@link doubtOf} gives it. */
  constructor(doubt: string) {
    super(withRemedy(doubt));
  }
}

/** A doubt, and what to do about it. */
export function withRemedy(doubt: string): string {
  return `${doubt}. ${REMEDY}`;
}

/** Whether a purge has to know the day. */
export function asksTheClock({ all = false, dryRun = false, force = false }: PurgeOptions): boolean {
  return !(all || dryRun || force);
}

interface ClockEvidence {
  readonly clock: Pick<Clock, 'nowMs' | 'today'>;
  readonly database: DatabaseClock;
  /** The time that Discord told, in milliseconds since 1970; `undefined` where it told none. */
  readonly discordMs?: number | undefined;
  /** A day on which something ran not long ago, for where there is no other clock; `null` where nothing is known. */
  readonly knownDay: string | null;
  readonly retentionDays: number;
}

/** Why the process's clock may be wrong; `null` where every other clock agrees with it, or without any the day is near the known one. */
export function doubtOf({ clock, database, discordMs, knownDay, retentionDays }: ClockEvidence): string | null {
  const others = [
    ['the database', database.nowMs],
    ['Discord', discordMs]
  ] as const;
  let isConfirmed = false;
  for (const [other, otherMs] of others) {
    if (typeof otherMs !== 'number') continue;
    if (Math.abs(otherMs - clock.nowMs()) > TOLERANCE_MS)
      return `the clock of this machine says ${utcDay(clock.nowMs())}, and that of ${other} ${utcDay(otherMs)}`;
    isConfirmed = true;
  }
  if (isConfirmed || knownDay === null) return null;
  const today = clock.today();
  const isNear = knownDay > newestPurgedDay(today, retentionDays) && knownDay <= addDays(today, KEPT_AHEAD_DAYS);
  return isNear ? null : `the clock of this machine says ${today}, but by its last runs it should be about ${knownDay}`;
}
