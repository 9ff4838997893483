import { container } from '@sapphire/framework';
import type { RunRecorder, TelemetryService } from '../telemetry/telemetryService.ts';

/** What records runs in this process. The container's type shows a bot's author the public part of telemetry alone. */
export function runs(): RunRecorder {
  return (container.telemetry as TelemetryService).runs;
}
