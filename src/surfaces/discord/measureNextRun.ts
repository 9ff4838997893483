import type { PieceRun } from '../../events/runDescription.ts';
import type { RunRecorder } from '../../telemetry/telemetryService.ts';

/** A piece with a method that Sapphire calls for an interaction. */
type Runnable<Name extends string> = {
  [Method in Name]: { run(interaction: object, ...rest: unknown[]): unknown }['run'];
};

/** By piece, the interactions that it is about to be called for. */
const announced = new WeakMap<object, WeakMap<object, PieceRun>>();

/**
 * Measures what `piece[method]` does for `interaction`, for which Sapphire calls it next. No event tells that such a call ended well, so the
 * method is wrapped, once, on the instance; calls that were not announced here are passed through.
 */
export function measureNextRun<Name extends string>(
  runs: RunRecorder,
  piece: Runnable<Name>,
  method: Name,
  interaction: object,
  description: PieceRun
): void {
  const descriptions = announced.get(piece) ?? wrap(runs, piece, method);
  descriptions.set(interaction, description);
}

function wrap<Name extends string>(runs: RunRecorder, piece: Runnable<Name>, method: Name): WeakMap<object, PieceRun> {
  const descriptions = new WeakMap<object, PieceRun>();
  const original = piece[method];
  piece[method] = function (this: unknown, interaction, ...rest) {
    const run = (): unknown => original.call(this, interaction, ...rest);
    const description = descriptions.get(interaction);
    if (description === undefined) return run();
    descriptions.delete(interaction);
    // The first run of an interaction is found by it; another handler's run of the same one is a lifecycle of its own.
    return runs.track(description, run, runs.has(interaction) ? {} : interaction);
  };
  announced.set(piece, descriptions);
  return descriptions;
}
