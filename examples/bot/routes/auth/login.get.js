import { Route } from '@sapphire/plugin-api';
import { OAuth2Scopes } from 'discord.js';
import { randomUUID } from 'node:crypto';
import { logins } from '../../lib/logins.js';

/** Sends a visitor to Discord. After its path it is measured as api.auth.login.* */
export class LoginRoute extends Route {
  run(_request, response) {
    const state = randomUUID();
    logins.add(state);
    const query = new URLSearchParams({ client_id: this.container.client.id, scope: OAuth2Scopes.Identify, response_type: 'code', state });
    response.status(302).setHeader('location', `https://discord.com/oauth2/authorize?${query}`).end();
  }
}
