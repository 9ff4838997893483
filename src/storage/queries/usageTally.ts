import type { DurationCount, EventCount, Usage } from '../../store/store.ts';

/** A guild in which anything was recorded, and where. */
export interface SurfaceGuild {
  readonly surface: string;
  readonly guildHash: string;
}

type Counted<Row> = Omit<Row, 'count'> & { count: number };

/** Counts that arrive in parts, put together. A count may come as text from the database, so each passes through `Number`. */
export class UsageTally {
  readonly counts = new Map<string, Counted<EventCount>>();
  readonly durations = new Map<string, Counted<DurationCount>>();
  /** The hashes of each surface. */
  readonly guilds = new Map<string, Set<string>>();

  addCount(day: string, { eventName, provider, status, errorType, sampleRate, count }: Omit<EventCount, 'day'>): void {
    const key = `${day}\n${eventName}\n${provider ?? ''}\n${status}\n${errorType ?? ''}\n${sampleRate}`;
    const known = this.counts.get(key);
    if (known === undefined) this.counts.set(key, { day, eventName, provider, status, errorType, sampleRate, count: Number(count) });
    else known.count += Number(count);
  }

  addDuration(bucket: number, { eventName, sampleRate, count }: Omit<DurationCount, 'bucket'>): void {
    const key = `${eventName}\n${bucket}\n${sampleRate}`;
    const known = this.durations.get(key);
    if (known === undefined) this.durations.set(key, { eventName, bucket: Number(bucket), sampleRate, count: Number(count) });
    else known.count += Number(count);
  }

  addGuild({ surface, guildHash }: SurfaceGuild): void {
    const hashes = this.guilds.get(surface);
    if (hashes === undefined) this.guilds.set(surface, new Set([guildHash]));
    else hashes.add(guildHash);
  }

  usage(): Omit<Usage, 'later'> {
    const guilds = new Set([...this.guilds.values()].flatMap((hashes) => [...hashes]));
    return { counts: [...this.counts.values()], durations: [...this.durations.values()], guilds: guilds.size };
  }
}
