import { isDeepStrictEqual } from 'node:util';
import { readSettings, SettingsError, type Settings } from '../../config/settings.ts';
import type { ThrottledLogger } from '../logging/throttledLogger.ts';
import { ActiveTelemetry, type EnabledSettings } from './activeTelemetry.ts';
import { checkClientOptions, mergeClientOptions, type TelemetryClientOptions } from './clientOptions.ts';
import { DisabledTelemetry } from './disabledTelemetry.ts';
import type { TelemetryService } from './telemetryService.ts';

/** How a reader of the settings turns telemetry on. */
export const HOW_TO_ENABLE = 'set TELEMETRY_ENABLED=true and TELEMETRY_HASH_SALT, and start the bot again';

const SHARED = 'Telemetry records the runs of this client together with those of the other one in this process';

/** The service, and what is said of it at start. */
export interface CreatedTelemetry {
  readonly service: TelemetryService;
  /** Those that are right. */
  readonly settings: Partial<Settings>;
  /** The client option `telemetry`, of all clients that share the service. */
  readonly options: TelemetryClientOptions | undefined;
  /** Those that share the service and are logged in: it closes with the last one. */
  readonly clients: Set<object>;
  /** The line that operators look for. */
  readonly announcement: string;
  readonly isWrong: boolean;
}

/**
 * Makes the service that the environment asks for. Whatever is wrong, there is one: then it is off, and says why.
 * @param earlier that of another client of the process. With the same settings it is shared: Sapphire tells of the runs of all clients through
 * the one that was made last.
 */
export function createTelemetry(
  env: NodeJS.ProcessEnv,
  options: TelemetryClientOptions | undefined,
  log: ThrottledLogger,
  earlier?: CreatedTelemetry
): CreatedTelemetry {
  const common = { options, clients: new Set<object>() };
  let settings: Partial<Settings> | undefined;
  try {
    const read = readSettings(env);
    settings = read;
    if (!isEnabled(read)) {
      const reason = `TELEMETRY_ENABLED is not true: ${HOW_TO_ENABLE}`;
      const announcement = `Telemetry disabled: ${reason}. Rows that are stored stay until they are purged`;
      return { ...common, service: new DisabledTelemetry(reason), settings, announcement, isWrong: false };
    }
    if (options !== undefined) checkClientOptions(options);
    if (earlier?.service.enabled === true && isDeepStrictEqual(earlier.settings, read)) return share(earlier, options);
    return {
      ...common,
      service: new ActiveTelemetry({ settings: read, log, options }),
      settings,
      announcement: `Telemetry enabled (sampling ${read.sampleRate}, retention ${read.retentionDays} days)`,
      isWrong: false
    };
  } catch (error) {
    const isExplained = error instanceof SettingsError;
    const reason = isExplained ? error.message : 'the settings could not be read';
    settings ??= isExplained ? error.valid : {};
    return { ...common, service: new DisabledTelemetry(reason), settings, announcement: `Telemetry disabled: ${reason}`, isWrong: true };
  }
}

function share(earlier: CreatedTelemetry, options: TelemetryClientOptions = {}): CreatedTelemetry {
  const all = mergeClientOptions(earlier.options, options);
  earlier.service.heed(all);
  return { ...earlier, options: all, announcement: SHARED };
}

function isEnabled(settings: Settings): settings is EnabledSettings {
  return settings.enabled && settings.hashSalt !== undefined;
}
