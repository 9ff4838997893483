import { container, Listener, type ListenerOptions } from '@sapphire/framework';
import { ThrottledLogger } from '../logging/throttledLogger.ts';

const log = new ThrottledLogger(() => container.logger);

/** A piece, and its name: no file can be called so, and a listener of the bot neither replaces ours nor is replaced by it. */
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
  return { name: `sapphire-plugin-telemetry/${event}`, piece };
}

/** `run` for `event`, which never throws. */
export function guard<Args extends readonly unknown[]>(event: string, run: (...args: Args) => void): (...args: Args) => void {
  return (...args) => {
    try {
      run(...args);
    } catch {
      log.warn(event, `Telemetry could not read an event of ${event}: what it tells is not recorded`);
    }
  };
}
