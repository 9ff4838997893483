import { Names } from '../events/names.ts';
import { PIECE, type PieceRun } from '../events/runDescription.ts';
import type { Surface } from '../schema/closedLists.ts';
import { parseEventName } from '../schema/eventName.ts';
import type { UnusedPiece } from './usageReport.ts';
import { byText } from './usageRows.ts';

/** What of `pieces`, each by the run that it would have, is not among the operations that were used. */
export function unusedOf(pieces: readonly PieceRun[], used: ReadonlySet<string>, surface?: Surface): UnusedPiece[] {
  // As the recorder names them, and without counting in its place what is no name.
  const names = new Names();
  const unused = new Map<string, UnusedPiece>();
  for (const run of pieces) {
    const { operationName, surface: where, feature, operation } = parseEventName(names.operation(run).eventName.invoke);
    if (used.has(operationName) || (surface !== undefined && run.surface !== surface)) continue;
    unused.set(operationName, { surface: where, feature, operation, piece: run[PIECE] ?? '' });
  }
  return [...unused].toSorted(([a], [b]) => byText(a, b)).map(([, piece]) => piece);
}
