import type { CommandTelemetry, OperationTelemetry, TelemetryClientOptions } from './clientOptions.ts';
import type { TelemetryService } from './service.ts';

export type { Surface, Status } from './events/dictionary.ts';
export type { ClassifyError, ErrorType } from './events/errorTypes.ts';
export type { ReportOptions } from './reports/readReport.ts';
export type { UsageReport } from './reports/usageReport.ts';
export type { PurgeOptions, PurgeResult } from './retention/purge.ts';
export { TelemetryUnavailableError, type Source, type TelemetryService, type TelemetryStatus } from './service.ts';
export type { CommandTelemetry, OperationTelemetry, TelemetryClientOptions } from './clientOptions.ts';
export { telemetryMiddleware, type RequestSource } from './surfaces/api/middleware.ts';
export { instrumentRoom, type RoomOptions } from './surfaces/racetime/instrumentRoom.ts';

declare module '@sapphire/pieces' {
  interface Container {
    telemetry: TelemetryService;
  }

  interface PieceOptions {
    /** What telemetry calls the runs of this piece, where it is one that is measured; `false` leaves it out. See docs/instrumentation.md. */
    telemetry?: OperationTelemetry | false;
  }
}

declare module '@sapphire/framework' {
  interface CommandOptions {
    /** What telemetry calls this command; `false` leaves it out. */
    telemetry?: CommandTelemetry | false;
  }
}

declare module 'discord.js' {
  interface ClientOptions {
    telemetry?: TelemetryClientOptions;
  }
}
