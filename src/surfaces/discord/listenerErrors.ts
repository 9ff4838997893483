import { Events, type Listener } from '@sapphire/framework';
import { describePiece } from '../describePiece.ts';
import { listener } from '../listener.ts';
import { runs } from '../runs.ts';

/** Of listeners only the errors are heard of: each is a run that failed. */
export const listenerErrorListener = listener('listenerError', (error: unknown, { piece }: { readonly piece: Listener }) => {
  // One that fails at errors of listeners is called again for its own: its count would tell how fast it turns.
  if (piece.event === Events.ListenerError) return;
  const description = describePiece(piece, { surface: 'discord', feature: 'listener', operation: piece.name });
  if (description !== undefined) runs().recordFailure(description, error);
});
