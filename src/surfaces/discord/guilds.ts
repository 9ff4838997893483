import { Events, type Client, type Guild } from 'discord.js';
import type { TelemetryService } from '../../telemetry/telemetryService.ts';
import { listener, type NamedListener } from '../listener.ts';

/** Tells the service which guilds the bot was removed from, and added to. One that is away for an outage was not removed: discord.js tells the two apart. */
export function leftGuildListeners(service: Pick<TelemetryService, 'join' | 'leave'>): NamedListener[] {
  return [
    listener(Events.GuildDelete, ({ id }: Guild) => service.leave(id)),
    listener(Events.GuildCreate, ({ id }: Guild) => service.join(id))
  ];
}

/** Tells the service, once the bot is there, of every guild that it is in. */
export function knownGuildListener(service: Pick<TelemetryService, 'join'>): NamedListener {
  return listener(Events.ClientReady, ({ guilds }: Client) => {
    for (const id of guilds.cache.keys()) service.join(id);
  });
}
