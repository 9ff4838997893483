import type { REST } from 'discord.js';
import type { TelemetryService } from '../../telemetry/telemetryService.ts';
import { guard } from '../listener.ts';

/** discord.js copies each answer that somebody listens to, so only one a minute is asked for. */
const PAUSE_MS = 60_000;

/** Tells the service what time Discord's answers to the bot are of. Nothing is asked of Discord for it. */
export function hearTheTime(rest: Pick<REST, 'once'>, service: Pick<TelemetryService, 'hear'>): void {
  rest.once(
    'response',
    guard('response', (_request: unknown, { headers }: { readonly headers: Pick<Headers, 'get'> }) => {
      setTimeout(() => hearTheTime(rest, service), PAUSE_MS).unref();
      service.hear(headers.get('date'));
    })
  );
}
