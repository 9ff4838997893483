import { container, InteractionHandlerTypes, type InteractionHandler } from '@sapphire/framework';
import type { Interaction } from 'discord.js';
import type { PieceRun } from '../../events/runDescription.ts';
import type { RunRecorder } from '../../telemetry/telemetryService.ts';
import { describeByFile } from '../describePiece.ts';
import { listener, type NamedListener } from '../listener.ts';
import { measureNextRun } from './measureNextRun.ts';

interface Payload {
  readonly interaction: Interaction;
  readonly handler: InteractionHandler;
}

/** The listeners of interaction handlers: buttons, select menus and modals, and autocompletion where it is measured. */
export function interactionHandlerListeners(runs: RunRecorder): NamedListener[] {
  return [
    listener('interactionHandlerParseSome', (_option: unknown, { interaction, handler }: Payload) => {
      const description = describeHandler(handler, interaction);
      if (description !== undefined) measureNextRun(runs, handler, 'run', interaction, description);
    }),
    listener('interactionHandlerParseError', (error: unknown, { interaction, handler }: Payload) => {
      const description = describeHandler(handler, interaction);
      if (description !== undefined) runs.recordFailure(description, error);
    })
  ];
}

/** The runs that the interaction handlers of the bot may have. */
export function handlerRuns(): PieceRun[] {
  const handlers = [...container.stores.get('interaction-handlers').values()];
  return handlers.map((handler) => describeHandler(handler)).filter((run) => run !== undefined);
}

const KINDS: Readonly<Record<InteractionHandlerTypes, string>> = {
  [InteractionHandlerTypes.Button]: 'button',
  [InteractionHandlerTypes.SelectMenu]: 'select_menu',
  [InteractionHandlerTypes.ModalSubmit]: 'modal',
  [InteractionHandlerTypes.MessageComponent]: 'component',
  [InteractionHandlerTypes.Autocomplete]: 'autocomplete'
};

/** Like a command's, the default feature is the folder; a custom id names nothing, since it may hold anything. */
function describeHandler(handler: InteractionHandler, { guildId }: Pick<Interaction, 'guildId'> = { guildId: null }): PieceRun | undefined {
  const type = handler.interactionHandlerType;
  if (type === InteractionHandlerTypes.Autocomplete && container.client.options.telemetry?.autocomplete !== true) return undefined;
  return describeByFile(handler, KINDS[type], guildId);
}
