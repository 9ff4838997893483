import type { CommandTelemetry, OperationTelemetry, TelemetryClientOptions } from './clientOptions.ts';
import type { TelemetryService } from './service.ts';

export type { Surface, Status } from './events/dictionary.ts';
export type { ClassifyError, ErrorType } from './events/errorTypes.ts';
export type { ReportOptions } from './reports/readReport.ts';
export type { UsageReport } from './reports/usageReport.ts';
export type { PurgeOptions, PurgeResult } from './retention/purge.ts';
export { TelemetryUnavailableError, type Source, type TelemetryService, type TelemetryStatus } from './service.ts';
export type { CommandTelemetry, OperationTelemetry, TelemetryClientOptions } from './clientOptions.ts';
export { instrumentRoom, type RoomOptions } from './surfaces/racetime/instrumentRoom.ts';

declare module '@sapphire/pieces' {
  interface Container {
    telemetry: TelemetryService;
  }
}

declare module '@sapphire/framework' {
  interface CommandOptions {
    /** What telemetry calls this command; `false` leaves it out. */
    telemetry?: CommandTelemetry | false;
  }
  interface InteractionHandlerOptions {
    /** What telemetry calls this handler. Default: its folder, or its name where it has none, and its name; `false` leaves it out. */
    readonly telemetry?: OperationTelemetry | false;
  }
  interface ListenerOptions {
    /** What telemetry calls an error of this listener. Default: `listener`, and its name; `false` leaves it out. */
    readonly telemetry?: OperationTelemetry | false;
  }
}

declare module 'discord.js' {
  interface ClientOptions {
    telemetry?: TelemetryClientOptions;
  }
}
