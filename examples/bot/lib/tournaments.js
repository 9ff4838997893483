/** @typedef {{ name: string, racers: Set<string> }} Tournament */

/**
 * The tournament of each guild. A real bot would keep them in its database.
 * @type {Map<string | null, Tournament>}
 */
export const tournaments = new Map();
