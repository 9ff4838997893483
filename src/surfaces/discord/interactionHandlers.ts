import { container, InteractionHandlerTypes, type InteractionHandler } from '@sapphire/framework';
import type { Interaction } from 'discord.js';
import type { RunDescription } from '../../events/runDescription.ts';
import type { RunRecorder } from '../../telemetry/telemetryService.ts';
import { describePiece } from '../describePiece.ts';
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

/** Like a command's, the default feature is the folder; a custom id names nothing, since it may hold anything. */
function describeHandler(handler: InteractionHandler, { guildId }: Interaction): RunDescription | undefined {
  const { name, location, interactionHandlerType: type } = handler;
  if (type === InteractionHandlerTypes.Autocomplete && container.client.options.telemetry?.autocomplete !== true) return undefined;
  return describePiece(handler, { surface: 'discord', feature: location.directories[0] ?? name, operation: name, guildId });
}
