import { container } from '@sapphire/framework';
import { commandListeners } from './commands.ts';
import { subcommandListeners } from './subcommands.ts';

/** Loads the listeners that measure commands. */
export function loadDiscordListeners(): void {
  for (const { name, piece } of [...commandListeners, ...subcommandListeners]) {
    void container.stores.loadPiece({ store: 'listeners', name, piece });
  }
}
