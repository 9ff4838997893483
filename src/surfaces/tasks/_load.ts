import { container } from '@sapphire/framework';
import { taskListeners } from './scheduledTasks.ts';

/** Loads the listener that measures scheduled tasks. */
export function loadTaskListeners(): void {
  for (const { name, piece } of taskListeners) void container.stores.loadPiece({ store: 'listeners', name, piece });
}
