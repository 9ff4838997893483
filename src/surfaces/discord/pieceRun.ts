import { container } from '@sapphire/framework';
import type { Source } from '../../service.ts';

/** A piece with a method that Sapphire calls for an interaction. */
type Runnable<Name extends string> = {
  [Method in Name]: { run(interaction: object, ...rest: unknown[]): unknown }['run'];
};

/** By piece, the interactions that it is about to be called for. */
const announced = new WeakMap<object, WeakMap<object, Source>>();

/**
 * Measures what `piece[method]` does for `interaction`, for which Sapphire calls it next. No event tells that such a call ended well, so the
 * method is wrapped, once, on the instance; calls that were not announced here are passed through.
 */
export function measureNextRun<Name extends string>(piece: Runnable<Name>, method: Name, interaction: object, source: Source): void {
  const sources = announced.get(piece) ?? wrap(piece, method);
  sources.set(interaction, source);
}

/** A run that is heard of only when it has failed. */
export function recordFailedRun(source: Source, error: unknown): void {
  const { telemetry } = container;
  const run = {};
  telemetry.begin(run, { ...source, timed: false });
  telemetry.failWith(run, error);
  telemetry.end(run);
}

function wrap<Name extends string>(piece: Runnable<Name>, method: Name): WeakMap<object, Source> {
  const sources = new WeakMap<object, Source>();
  const original = piece[method];
  piece[method] = function (this: unknown, interaction, ...rest) {
    const run = (): unknown => original.call(this, interaction, ...rest);
    const source = sources.get(interaction);
    if (source === undefined) return run();
    sources.delete(interaction);
    // The first run of an interaction is found by it; another handler's run of the same one is a lifecycle of its own.
    return container.telemetry.track(source, run, container.telemetry.has(interaction) ? {} : interaction);
  };
  announced.set(piece, sources);
  return sources;
}
