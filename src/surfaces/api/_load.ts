import { container } from '@sapphire/framework';
import { routeListeners } from './routes.ts';

/** Loads the listeners that measure the routes of @sapphire/plugin-api. In a bot without it they stay out: there is no server to listen to. */
export function loadApiListeners(): void {
  for (const { name, piece } of routeListeners) void container.stores.loadPiece({ store: 'listeners', name, piece });
}
