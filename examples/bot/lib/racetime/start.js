import { container } from '@sapphire/framework';
import { instrumentRoom } from 'sapphire-plugin-telemetry';
import { RacetimeClient } from './client.js';
import { SeedHandler } from './seedHandler.js';

/** Serves the race rooms of a category on racetime.gg, where the environment names a bot of it. */
export function startRacetime() {
  const { RACETIME_URL, RACETIME_CLIENT_ID, RACETIME_CLIENT_SECRET, RACETIME_CATEGORY } = process.env;
  if (!RACETIME_CLIENT_ID || !RACETIME_CLIENT_SECRET || !RACETIME_CATEGORY) return;
  const client = new RacetimeClient({
    url: RACETIME_URL ?? 'https://racetime.gg',
    clientId: RACETIME_CLIENT_ID,
    clientSecret: RACETIME_CLIENT_SECRET,
    category: RACETIME_CATEGORY,
    createHandler: (room) => instrumentRoom(new SeedHandler(room, RACETIME_CATEGORY), { category: RACETIME_CATEGORY }),
    complain: (what, error) => container.logger.warn(`In the race rooms: ${what}`, ...(error === undefined ? [] : [error]))
  });
  void client.start();
}
