import { container, InteractionHandlerTypes, type InteractionHandler } from '@sapphire/framework';
import type { Interaction } from 'discord.js';
import type { Source } from '../../service.ts';
import { pieceSource } from '../pieceSource.ts';
import { listener } from '../piece.ts';
import { measureNextRun, recordFailedRun } from './pieceRun.ts';

interface Payload {
  readonly interaction: Interaction;
  readonly handler: InteractionHandler;
}

/** The listeners of interaction handlers: buttons, select menus and modals, and autocompletion where it is measured. */
export const interactionHandlerListeners = [
  listener('interactionHandlerParseSome', (_option: unknown, { interaction, handler }: Payload) => {
    const source = sourceOf(handler, interaction);
    if (source !== undefined) measureNextRun(handler, 'run', interaction, source);
  }),
  listener('interactionHandlerParseError', (error: unknown, { interaction, handler }: Payload) => {
    const source = sourceOf(handler, interaction);
    if (source !== undefined) recordFailedRun(source, error);
  })
];

/** Like a command's, the default feature is the folder; a custom id names nothing, since it may hold anything. */
function sourceOf(handler: InteractionHandler, { guildId }: Interaction): Source | undefined {
  const { name, location, interactionHandlerType: type } = handler;
  if (type === InteractionHandlerTypes.Autocomplete && container.client.options.telemetry?.autocomplete !== true) return undefined;
  return pieceSource(handler, { feature: location.directories[0] ?? name, operation: name, guildId });
}
