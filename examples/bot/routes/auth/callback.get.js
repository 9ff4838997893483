import { Route } from '@sapphire/plugin-api';
import { logins } from '../../lib/logins.js';

/** Where Discord sends the visitor back to: api.auth.callback.* */
export class CallbackRoute extends Route {
  run(request, response) {
    if (!logins.delete(request.query.state)) return response.forbidden('This login was not begun here.');
    // A real bot would trade request.query.code for the visitor's name now.
    return response.ok({ welcome: true });
  }
}
