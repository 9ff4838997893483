import type { Piece } from '@sapphire/framework';
import type { OperationTelemetry } from '../clientOptions.ts';
import type { Source } from '../service.ts';

/** What a piece says of itself, in its option `telemetry`. */
interface Declaring {
  readonly options: Piece.Options & { readonly telemetry?: OperationTelemetry | false };
}

/** What a piece's runs are called: what it declares, and else `defaults`; `undefined` when it is left out. */
export function pieceSource({ options: { telemetry } }: Declaring, defaults: Source): Source | undefined {
  if (telemetry === false) return undefined;
  return {
    ...defaults,
    feature: telemetry?.feature ?? defaults.feature,
    operation: telemetry?.operation ?? defaults.operation,
    provider: telemetry?.provider ?? defaults.provider
  };
}
