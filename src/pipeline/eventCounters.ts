/**
 * What became of every event of this process. At any moment
 * `made = sampledOut + queued + written + dropped + refused + forgotten`, where `queued` is the queue's length.
 */
export class EventCounters {
  made = 0;
  sampledOut = 0;
  /** Acknowledged by the database, those it already had included. */
  written = 0;
  /** Made room for newer ones in a full queue. */
  dropped = 0;
  /** Not taken by the event schema or by the database. */
  refused = 0;
  /** Taken out of the queue, since their guild opted out or was left. */
  forgotten = 0;
}
