import { DAY_MS } from '../events/day.ts';
import type { AlertNotice } from './alertNotice.ts';
import type { Baseline } from './baseline.ts';
import { isStriking, judge, type Judgement } from './judgement.ts';
import { sumOf, windowOf, type Pair, type RunWindow, type Slot } from './runWindow.ts';

/** What an alert is about. */
type Subject = Pick<AlertNotice, 'name' | 'provider' | 'operation'>;

/** An alert that stands until its subject is well again. */
interface StandingAlert {
  /** When it was told last, by the monotonic clock. */
  readonly toldMs: number;
  /**
   * The share of failures before it. It stays so: the days of the failure itself are nothing to compare with. `null` where an earlier process told of
   * it, which is all that is stored: then it is that of the days before today.
   */
  readonly before: number | null;
}

/** What is looked at, at a moment of the monotonic clock. */
interface Look {
  readonly pairs: readonly Pair[];
  readonly baseline: Baseline;
  /** Since when runs are counted. */
  readonly sinceMs: number;
  readonly nowMs: number;
}

/**
 * Knows which providers and operations fail, and tells of each when it begins to, once a day while it goes on, and when it is well again. An alert of
 * a provider stands for its operations: what runs at it is not held against them.
 */
export class Watch {
  /** By the names of their subjects. */
  readonly #standing = new Map<string, StandingAlert>();
  readonly #tell: (notice: AlertNotice) => void;

  constructor(tell: (notice: AlertNotice) => void) {
    this.#tell = tell;
  }

  /** Takes over the alerts of these names, which earlier processes told of, today or yesterday: as if they had been told a day ago. */
  resume(names: readonly string[], nowMs: number): void {
    for (const name of names) if (!this.#standing.has(name)) this.#standing.set(name, { toldMs: nowMs - DAY_MS, before: null });
  }

  look(look: Look): void {
    const failing = new Set<string | null>();
    for (const [provider, pairs] of Map.groupBy(look.pairs, (pair) => pair.provider)) {
      if (provider === null) continue;
      const subject = ofProvider(provider);
      const alarm = this.#stands(subject, pairs, look) ? undefined : alarmOf(pairs, look);
      if (alarm !== undefined) this.#raise(subject, alarm, look);
      if (this.#standing.has(subject.name)) failing.add(provider);
    }
    for (const [name, pairs] of Map.groupBy(look.pairs, (pair) => pair.name)) {
      const elsewhere = pairs.filter(({ provider }) => !failing.has(provider));
      const subject = { name, provider: null, operation: pairs[0]?.operation ?? null };
      const alarm = this.#stands(subject, elsewhere, look) ? undefined : alarmOf(elsewhere, look);
      if (alarm === undefined) continue;
      const atProvider = commonAlarm(name, alarm, look);
      this.#raise(atProvider?.subject ?? subject, atProvider ?? alarm, look);
      if (atProvider !== undefined) failing.add(atProvider.subject.provider);
    }
  }

  /** Whether an alert of the subject stands, after it was looked whether it still does. */
  #stands(subject: Subject, pairs: readonly Pair[], { baseline, sinceMs, nowMs }: Look): boolean {
    const alert = this.#standing.get(subject.name);
    if (alert === undefined) return false;
    const window = windowOf(pairs, Math.max(sinceMs, alert.toldMs), nowMs);
    if (window === undefined) return true;
    const before = alert.before ?? judgeSlots(window.slots, baseline).before;
    if (!isStriking(window.failures, window.runs, before)) {
      this.#standing.delete(subject.name);
      // Or what failed meanwhile would be held against the operations of a provider that is well again.
      for (const pair of pairs) pair.slots = [];
      this.#tell(toNotice('recovery', subject, window, before));
      return false;
    }
    if (nowMs - alert.toldMs >= DAY_MS) this.#raise(subject, { window, before }, { nowMs });
    return true;
  }

  #raise(subject: Subject, { window, before }: Alarm, { nowMs }: Pick<Look, 'nowMs'>): void {
    this.#standing.set(subject.name, { toldMs: nowMs, before });
    this.#tell(toNotice('alert', subject, window, before));
  }
}

/** A window that is alarming, and the share of failures before it. */
interface Alarm extends Pick<Judgement, 'before'> {
  readonly window: RunWindow;
}

/** What is alarming of these pairs; `undefined` where nothing is. */
function alarmOf(pairs: readonly Pair[], { baseline, sinceMs, nowMs }: Look): Alarm | undefined {
  const window = windowOf(pairs, sinceMs, nowMs);
  // Most have too few failures, whatever the baseline.
  if (window === undefined || !isStriking(window.failures, window.runs, 0)) return undefined;
  const { before, isAlarming } = judgeSlots(window.slots, baseline);
  return isAlarming ? { window, before } : undefined;
}

/**
 * Where an operation fails at a provider at which the others fail as well, all that ran at it meanwhile: alone they may be too few, or too uneven, to
 * be alarming.
 */
function commonAlarm(name: string, { window }: Alarm, { pairs, baseline }: Look): (Alarm & { readonly subject: Subject }) | undefined {
  const fromMs = Math.min(...window.slots.map((slot) => slot.fromMs));
  const providers = new Set(window.slots.filter(({ failures }) => failures > 0).map(({ pair }) => pair.provider));
  for (const provider of providers) {
    if (provider === null) continue;
    const slots = pairs.filter((pair) => pair.provider === provider).flatMap((pair) => pair.slots.filter((slot) => slot.fromMs >= fromMs));
    const others = slots.filter(({ pair }) => pair.name !== name);
    const { runs, failures } = sumOf(others);
    if (runs > 0 && isStriking(failures, runs, judgeSlots(others, baseline).before))
      return { subject: ofProvider(provider), window: { ...sumOf(slots), slots }, before: judgeSlots(slots, baseline).before };
  }
  return undefined;
}

function judgeSlots(slots: readonly Slot[], baseline: Baseline): Judgement {
  const parts = [...Map.groupBy(slots, ({ pair }) => pair)];
  return judge(parts.map(([{ name, provider }, ofOne]) => ({ ...sumOf(ofOne), days: baseline.daysOf(name, provider) })));
}

function ofProvider(provider: string): Subject {
  return { name: `provider.${provider}`, provider, operation: null };
}

function toNotice(kind: AlertNotice['kind'], subject: Subject, { runs, failures, slots }: RunWindow, before: number): AlertNotice {
  const errors = new Map<string, number>();
  for (const slot of slots) for (const [errorType, count] of slot.errors) errors.set(errorType, (errors.get(errorType) ?? 0) + count);
  const commonestFirst = [...errors].toSorted(([, a], [, b]) => b - a).map(([errorType]) => errorType);
  return { kind, ...subject, runs, failures, before, errors: commonestFirst };
}
