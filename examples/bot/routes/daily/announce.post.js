import { Route } from '@sapphire/plugin-api';

/** For organizers who can't wait for the morning: the scheduled task runs now. Both are measured, as api.daily.announce.* and discord.daily.announce.* */
export class AnnounceRoute extends Route {
  async run(request, response) {
    if (request.headers.authorization !== `Bearer ${process.env.API_TOKEN}`) return response.unauthorized();
    if (this.container.tasks === undefined) return response.error(503, 'This bot runs without Redis, and so without tasks.');
    await this.container.tasks.create('announce');
    return response.status(202).json({ announced: true });
  }
}
