import type { DeclaredNames } from './events/runDescription.ts';
import type { CommandNames, TelemetryClientOptions } from './telemetry/clientOptions.ts';
import type { Telemetry } from './telemetry/telemetry.ts';

export type { ErrorMatcher } from './errors/declaredErrors.ts';
export type { ClassifyError } from './errors/errorClassifier.ts';
export type { ErrorType } from './events/errorTypes.ts';
export type { DeclaredNames, RunDescription } from './events/runDescription.ts';
export type { ReportOptions } from './reports/readReport.ts';
export type { UsageReport } from './reports/usageReport.ts';
export type { Meter } from './metrics/meter.ts';
export type { PurgeOptions, PurgeResult } from './retention/purge.ts';
export type { Status, Surface } from './schema/closedLists.ts';
export { telemetryMiddleware, type RequestDescription } from './surfaces/api/middleware.ts';
export { instrumentRoom, type RoomOptions } from './surfaces/racetime/instrumentRoom.ts';
export type { CommandNames, TelemetryClientOptions } from './telemetry/clientOptions.ts';
export type { TelemetryStatus } from './telemetry/status.ts';
export { TelemetryUnavailableError, type Deletion, type Run, type Telemetry } from './telemetry/telemetry.ts';

declare module '@sapphire/pieces' {
  interface Container {
    /** Measures runs, and reports on them. */
    telemetry: Telemetry;
  }

  interface PieceOptions {
    /** What telemetry calls the runs of this piece, where it is one that is measured; `false` leaves it out. See docs/instrumentation.md. */
    telemetry?: DeclaredNames | false;
  }
}

declare module '@sapphire/framework' {
  interface CommandOptions {
    /** What telemetry calls this command; `false` leaves it out. */
    telemetry?: CommandNames | false;
  }
}

declare module 'discord.js' {
  interface ClientOptions {
    /** What only code can say to telemetry; all else is set by environment variables. */
    telemetry?: TelemetryClientOptions;
  }
}
