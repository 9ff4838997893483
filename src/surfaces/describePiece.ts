import type { Piece } from '@sapphire/framework';
import type { DeclaredNames, RunDescription } from '../events/runDescription.ts';

/** A piece with its option `telemetry`. */
interface DeclaringPiece {
  readonly options: Piece.Options & { readonly telemetry?: DeclaredNames | false };
}

/** What a piece's runs are called: what it declares, and else `defaults`; `undefined` when it is left out. */
export function describePiece({ options: { telemetry } }: DeclaringPiece, defaults: RunDescription): RunDescription | undefined {
  if (telemetry === false) return undefined;
  return {
    ...defaults,
    feature: telemetry?.feature ?? defaults.feature,
    operation: telemetry?.operation ?? defaults.operation,
    provider: telemetry?.provider ?? defaults.provider
  };
}
