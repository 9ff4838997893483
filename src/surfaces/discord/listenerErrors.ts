import { Events, type Listener } from '@sapphire/framework';
import { LISTENER_ERROR } from '../../events/names.ts';
import type { RunRecorder } from '../../telemetry/telemetryService.ts';
import { describePiece } from '../describePiece.ts';
import { listener, type NamedListener } from '../listener.ts';

/** Of listeners only the errors are heard of: each is a run that failed. */
export function listenerErrorListener(runs: RunRecorder): NamedListener {
  return listener('listenerError', (error: unknown, { piece }: { readonly piece: Listener }) => {
    // One that fails at errors of listeners is called again for its own: its count would tell how fast it turns.
    if (piece.event === Events.ListenerError) return;
    const description = describePiece(piece, { surface: 'discord', feature: LISTENER_ERROR, operation: piece.name });
    // Whatever feature a listener names, reports tell its errors apart by this one.
    if (description !== undefined) runs.recordFailure({ ...description, feature: LISTENER_ERROR }, error);
  });
}
