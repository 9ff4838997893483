import { ErrorClassifier } from '../errors/errorClassifier.ts';
import type { ThrottledLogger } from '../logging/throttledLogger.ts';
import type { Lifecycles } from '../pipeline/lifecycles.ts';
import { ActiveRunRecorder, type RecorderWishes } from './activeRunRecorder.ts';
import type { TelemetryClientOptions } from './clientOptions.ts';

interface RecorderSource {
  readonly lifecycles: Lifecycles;
  /** `null` where it can't be hashed. */
  readonly hashGuild: (guildId: string) => string | null;
  /** Whether a run is recorded whose guild can't be hashed. */
  readonly recordsUnhashed: () => boolean;
  readonly log: ThrottledLogger;
  /** The client option `telemetry`, already checked. */
  readonly options: TelemetryClientOptions;
}

/** The recorder of runs that the client options ask for. */
export function makeRecorder({ lifecycles, hashGuild, recordsUnhashed, log, options }: RecorderSource): ActiveRunRecorder {
  return new ActiveRunRecorder({ log, lifecycles, hashGuild, recordsUnhashed, ...wishesOf(options, log) });
}

/** What the client options ask of a recorder. */
export function wishesOf(options: TelemetryClientOptions, log: ThrottledLogger): RecorderWishes {
  return {
    excludedGuilds: new Set(options.excludeGuilds),
    errors: new ErrorClassifier({
      errorTypes: options.errorTypes,
      classify: options.classifyError,
      onOwnError: () => log.error('classify', "Telemetry: the bot's errorTypes or classifyError threw an error; the plugin decides instead")
    })
  };
}
