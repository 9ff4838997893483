import { container } from '@sapphire/framework';
import { ROLL } from '../support/handClock.ts';

export const GUILD = '811111111111111111';
export const OTHER_GUILD = '822222222222222222';

/** Records a run in a guild. */
export function trackIn(guildId: string): void {
  container.telemetry.track({ ...ROLL, guildId }, () => undefined);
}
