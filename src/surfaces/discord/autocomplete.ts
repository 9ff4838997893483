import { container, type AutocompleteCommand } from '@sapphire/framework';
import type { AutocompleteInteraction } from 'discord.js';
import type { RunRecorder } from '../../telemetry/telemetryService.ts';
import { guard } from '../listener.ts';
import { describeCommand, interactionPath } from './describeCommand.ts';
import { measureNextRun } from './measureNextRun.ts';

const EVENT = 'possibleAutocompleteInteraction';

/**
 * Measures the autocompletion of commands. Not by a piece: Sapphire's own listener of the event calls the command at once, and those of pieces
 * come after it. A command without a method for it is not called, and an interaction handler that answers instead is measured as one.
 */
export function listenToAutocomplete(runs: RunRecorder): void {
  container.client.prependListener(
    EVENT,
    guard(EVENT, (interaction) => measureCompletion(runs, interaction))
  );
}

function measureCompletion(runs: RunRecorder, interaction: AutocompleteInteraction): void {
  const commands = container.stores.get('commands');
  const command = commands.get(interaction.commandId) ?? commands.get(interaction.commandName);
  if (command?.autocompleteRun === undefined) return;
  const description = describeCommand(command, interactionPath(interaction));
  if (description === undefined) return;
  const { guildId } = interaction;
  const operation = `${description.operation}_autocomplete`;
  measureNextRun(runs, command as AutocompleteCommand, 'autocompleteRun', interaction, { ...description, operation, guildId });
}
