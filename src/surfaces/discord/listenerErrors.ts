import { Events, type Listener } from '@sapphire/framework';
import { pieceSource } from '../pieceSource.ts';
import { listener } from '../piece.ts';
import { recordFailedRun } from './pieceRun.ts';

/** Of listeners only the errors are heard of: each is a run that failed. */
export const listenerErrorListener = listener('listenerError', (error: unknown, { piece }: { readonly piece: Listener }) => {
  // One that fails at errors of listeners is called again for its own: its count would tell how fast it turns.
  if (piece.event === Events.ListenerError) return;
  const source = pieceSource(piece, { feature: 'listener', operation: piece.name });
  if (source !== undefined) recordFailedRun(source, error);
});
