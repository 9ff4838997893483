import { Route } from '@sapphire/plugin-api';
import { PROVIDERS, rollSeed } from '../../lib/seeds.js';

/** Rolls a seed for a web site, from `{ "preset": "open" }`: api.seed.generate.* */
export class GenerateRoute extends Route {
  constructor(context, options) {
    super(context, { ...options, telemetry: { provider: PROVIDERS.alttpr } });
  }

  async run(request, response) {
    const { preset } = await request.readBodyJson();
    if (typeof preset !== 'string') return response.badRequest('Send JSON with a preset.');
    const seed = await rollSeed('alttpr', preset);
    if (seed !== null) return response.created({ seed });
    // By its status this would be invalid_input: the bot knows better.
    this.container.telemetry.run(request).fail('invalid_preset');
    return response.error(422, 'There is no such preset.');
  }
}
