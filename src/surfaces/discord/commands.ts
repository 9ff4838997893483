import type { Command } from '@sapphire/framework';
import type { ChatInputCommandInteraction, ContextMenuCommandInteraction, Message } from 'discord.js';
import type { PieceRun } from '../../events/runDescription.ts';
import type { RunRecorder } from '../../telemetry/telemetryService.ts';
import { listener, type NamedListener } from '../listener.ts';
import { describeCommand, interactionPath, menuName, messagePath } from './describeCommand.ts';

type Trigger = ChatInputCommandInteraction | ContextMenuCommandInteraction | Message;

interface Payload {
  readonly command: Command;
  readonly interaction?: ChatInputCommandInteraction | ContextMenuCommandInteraction;
  readonly message?: Message;
  /** Of a run of a message: one object in every event of its chain, and another one when the message is edited and runs anew. */
  readonly context?: object;
  readonly args?: unknown;
  readonly success?: boolean;
}

/** The three families of command events. Their names differ in the prefix, their payloads in `interaction` or `message`. */
const FAMILIES = ['chatInputCommand', 'contextMenuCommand', 'messageCommand'] as const;

/** The listeners of command runs: the first outcome that is noted stands, and Finish, or Denied, ends the run. */
export function commandListeners(runs: RunRecorder): NamedListener[] {
  const begin = (payload: Payload): object => {
    const trigger = triggerOf(payload);
    const key = keyOf(payload);
    const description = describe(payload);
    if (description === undefined) return key;
    runs.begin(key, { ...description, guildId: trigger.guildId });
    if (key !== trigger) runs.nameAfter(trigger, key);
    return key;
  };
  /** A listener of the bot that throws before ours hides the Run event: the run begins at the next one then. */
  const ensureBegun = (payload: Payload): object => {
    const key = keyOf(payload);
    return runs.has(key) ? key : begin(payload);
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
      const key = begin(payload);
      runs.deny(key, error);
      runs.end(key);
    }),
    listener(`${family}Finish`, (_trigger: Trigger, _command: Command, payload: Payload) => {
      const key = ensureBegun(payload);
      if (payload.success === true) runs.succeed(key);
      runs.end(key);
    })
  ]);
}

function triggerOf({ interaction, message }: Payload): Trigger {
  const trigger = interaction ?? message;
  if (trigger === undefined) throw new TypeError('a command event without an interaction or a message');
  return trigger;
}

/** What a run is found by. */
function keyOf(payload: Payload): object {
  return payload.interaction ?? payload.context ?? triggerOf(payload);
}

function describe({ command, interaction, args }: Payload): PieceRun | undefined {
  if (interaction === undefined) return describeCommand(command, messagePath(command, args));
  if (interaction.isChatInputCommand()) return describeCommand(command, interactionPath(interaction));
  return describeCommand(command, [], menuName(command, interaction));
}
