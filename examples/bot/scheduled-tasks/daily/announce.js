import { ScheduledTask } from '@sapphire/plugin-scheduled-tasks';
import { PROVIDERS, rollSeed } from '../../lib/seeds.js';

/** Posts the challenge of the day. After its folder and name it is measured as discord.daily.announce.* */
export class AnnounceTask extends ScheduledTask {
  constructor(context, options) {
    super(context, { ...options, pattern: '0 8 * * *', telemetry: { provider: PROVIDERS.alttpr } });
  }

  async run() {
    const seed = await rollSeed('alttpr', 'open');
    const channel = await this.container.client.channels.fetch(process.env.DAILY_CHANNEL_ID);
    await channel.send(`The challenge of the day: ${seed}`);
  }
}
