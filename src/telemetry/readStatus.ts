import type { Settings } from '../../config/settings.ts';
import type { RunMetrics } from '../metrics/runMetrics.ts';
import type { Pipeline } from '../pipeline/pipeline.ts';
import type { Maintenance } from '../retention/maintenance.ts';
import type { ActiveRunRecorder } from './activeRunRecorder.ts';
import type { EarlierLosses } from './earlierLosses.ts';
import type { TelemetryStatus } from './status.ts';
import type { StoreSession } from './storeSession.ts';

interface StatusSource {
  readonly settings: Pick<Settings, 'sampleRate' | 'retentionDays'>;
  readonly session: StoreSession | undefined;
  readonly pipeline: Pipeline;
  readonly maintenance: Maintenance;
  readonly earlierLosses: EarlierLosses;
  readonly metrics: RunMetrics | undefined;
  readonly runs: ActiveRunRecorder;
}

/** How telemetry that is on does in this process. */
export function readStatus({ settings, session, pipeline, maintenance, earlierLosses, metrics, runs }: StatusSource): TelemetryStatus {
  const { queue, lifecycles, counters, flusher } = pipeline;
  return {
    state: session === undefined ? 'closed' : session.store === undefined ? 'opening' : 'open',
    problem: session?.problem ?? flusher.problem,
    database: session?.store?.description ?? null,
    connection: session?.store?.safety ?? null,
    sampleRate: settings.sampleRate,
    retentionDays: settings.retentionDays,
    queueLength: queue.length,
    queueCapacity: queue.capacity,
    inFlight: lifecycles.inFlight,
    counters: { ...counters },
    replacedNames: runs.replacedNames,
    threadRestarts: session?.store?.restarts ?? 0,
    lastPurge: maintenance.lastPurge,
    purgeWaits: maintenance.purgeWaits,
    lossProblem: earlierLosses.problem,
    saltChanged: maintenance.saltChanged,
    meterErrors: metrics?.errors ?? null
  };
}
