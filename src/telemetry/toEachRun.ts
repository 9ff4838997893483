import type { Alerts } from '../alerts/alerts.ts';
import type { RunMetrics } from '../metrics/runMetrics.ts';
import type { Lifecycles } from '../pipeline/lifecycles.ts';

/** Hands each run that ends to those that there are, without anything in between where that is one or none. */
export function toEachRun(metrics: RunMetrics | undefined, alerts: Alerts | undefined): Lifecycles['onEnd'] {
  if (metrics === undefined) return alerts && ((run) => alerts.record(run));
  if (alerts === undefined) return (run) => metrics.record(run);
  return (run) => {
    metrics.record(run);
    alerts.record(run);
  };
}
