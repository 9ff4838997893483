import type { CommandTelemetry } from './surfaces/discord/naming.ts';
import type { ServiceOptions, TelemetryService } from './service.ts';

export type { Surface, Status } from './events/dictionary.ts';
export type { ClassifyError, ErrorType } from './events/errorTypes.ts';
export type { ReportOptions } from './reports/readReport.ts';
export type { UsageReport } from './reports/usageReport.ts';
export type { PurgeOptions, PurgeResult } from './retention/purge.ts';
export { TelemetryUnavailableError, type Source, type TelemetryService, type TelemetryStatus } from './service.ts';
export type { CommandTelemetry, OperationTelemetry } from './surfaces/discord/naming.ts';

/** The client option `telemetry`: what only code can say. All else is set by environment variables. */
export interface TelemetryClientOptions extends ServiceOptions {
  /** By command name, for commands that one can't edit; wins over the command's own option. `false` leaves a command out. */
  readonly commands?: Readonly<Record<string, CommandTelemetry | false>> | undefined;
}

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
}

declare module 'discord.js' {
  interface ClientOptions {
    telemetry?: TelemetryClientOptions;
  }
}
