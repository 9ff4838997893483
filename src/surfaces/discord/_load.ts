import { container } from '@sapphire/framework';
import { listenToAutocomplete } from './autocomplete.ts';
import { commandListeners } from './commands.ts';
import { interactionHandlerListeners } from './interactionHandlers.ts';
import { listenerErrorListener } from './listenerErrors.ts';
import { subcommandListeners } from './subcommands.ts';

/** Loads what measures commands, interaction handlers and errors of listeners, and autocompletion where the bot asks for it. */
export function loadDiscordListeners(): void {
  for (const { name, piece } of [...commandListeners, ...subcommandListeners, ...interactionHandlerListeners, listenerErrorListener]) {
    void container.stores.loadPiece({ store: 'listeners', name, piece });
  }
  if (container.client.options.telemetry?.autocomplete === true) listenToAutocomplete();
}
