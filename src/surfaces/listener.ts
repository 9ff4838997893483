import { container, Listener, type ListenerOptions } from '@sapphire/framework';

/** A piece, and the name under which a bot may replace it by its own. */
export interface NamedListener {
  readonly name: string;
  readonly piece: new (context: Listener.LoaderContext, options?: ListenerOptions) => Listener;
}

/**
 * A listener of `event` that turns it into one call. Whatever goes wrong in it stays in it: no ListenerError reaches the bot.
 * @param emitter finds what emits it, when the stores are loaded; with `null` there is no such listener. Default: the client.
 */
export function listener(event: string, run: (...args: never[]) => void, emitter: () => unknown = () => container.client): NamedListener {
  const piece = class extends Listener {
    constructor(context: Listener.LoaderContext, options: ListenerOptions = {}) {
      super(context, { ...options, event, emitter: emitter() as ListenerOptions['emitter'] & object, telemetry: false });
    }

    override readonly run = guard(event, run);
  };
  return { name: `telemetry${event.charAt(0).toUpperCase()}${event.slice(1)}`, piece };
}

/** `run` for `event`, which never throws. */
export function guard<Args extends readonly unknown[]>(event: string, run: (...args: Args) => void): (...args: Args) => void {
  return (...args) => {
    try {
      run(...args);
    } catch {
      container.logger.debug(`Telemetry could not read an event of ${event}`);
    }
  };
}
