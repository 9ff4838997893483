import type { Command } from '@sapphire/framework';
import type { ChatInputCommandInteraction, ContextMenuCommandInteraction, Message } from 'discord.js';
import type { RunRecorder } from '../../telemetry/telemetryService.ts';
import { listener, type NamedListener } from '../listener.ts';
import { describeCommand, interactionPath, messagePath } from './describeCommand.ts';

/** What a run is found by: the same object in every event of its chain. */
type Trigger = ChatInputCommandInteraction | ContextMenuCommandInteraction | Message;

interface Payload {
  readonly command: Command;
  readonly interaction?: ChatInputCommandInteraction | ContextMenuCommandInteraction;
  readonly message?: Message;
  readonly args?: unknown;
  readonly success?: boolean;
}

/** The three families of command events. Their names differ in the prefix, their payloads in `interaction` or `message`. */
const FAMILIES = ['chatInputCommand', 'contextMenuCommand', 'messageCommand'] as const;

/** The listeners of command runs: the first outcome that is noted stands, and Finish, or Denied, ends the run. */
export function commandListeners(runs: RunRecorder): NamedListener[] {
  const begin = (payload: Payload): Trigger => {
    const trigger = triggerOf(payload);
    const description = describeCommand(payload.command, pathOf(payload));
    if (description !== undefined) runs.begin(trigger, { ...description, guildId: trigger.guildId });
    return trigger;
  };
  /** A listener of the bot that throws before ours hides the Run event: the run begins at the next one then. */
  const ensureBegun = (payload: Payload): Trigger => {
    const trigger = triggerOf(payload);
    return runs.has(trigger) ? trigger : begin(payload);
  };
  return FAMILIES.flatMap((family) => [
    listener(`${family}Run`, (_trigger: Trigger, _command: Command, payload: Payload) => begin(payload)),
    listener(`${family}Success`, (payload: Payload) => {
      runs.succeed(ensureBegun(payload));
    }),
    listener(`${family}Error`, (error: unknown, payload: Payload) => {
      runs.failWith(ensureBegun(payload), error);
    }),
    listener(`${family}Denied`, (error: unknown, payload: Payload) => {
      // A denied command never runs, and has no other event.
      const trigger = begin(payload);
      runs.deny(trigger, error);
      runs.end(trigger);
    }),
    listener(`${family}Finish`, (_trigger: Trigger, _command: Command, payload: Payload) => {
      const trigger = ensureBegun(payload);
      if (payload.success === true) runs.succeed(trigger);
      runs.end(trigger);
    })
  ]);
}

function triggerOf({ interaction, message }: Payload): Trigger {
  const trigger = interaction ?? message;
  if (trigger === undefined) throw new TypeError('a command event without an interaction or a message');
  return trigger;
}

function pathOf({ command, interaction, args }: Payload): string[] {
  if (interaction === undefined) return messagePath(command, args);
  return interaction.isChatInputCommand() ? interactionPath(interaction) : [];
}
