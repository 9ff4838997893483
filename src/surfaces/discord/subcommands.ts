import type { ChatInputCommandInteraction, Message } from 'discord.js';
import type { RunRecorder } from '../../telemetry/telemetryService.ts';
import { listener, type NamedListener } from '../listener.ts';

type Trigger = ChatInputCommandInteraction | Message;

interface Payload {
  readonly interaction?: ChatInputCommandInteraction;
  readonly message?: Message;
}

/**
 * The listeners of @sapphire/plugin-subcommands. It catches what a subcommand throws, and the parent command reports success all the same:
 * what is noted here comes first, so it stands.
 */
export function subcommandListeners(runs: RunRecorder): NamedListener[] {
  return (['chatInput', 'message'] as const).flatMap((family) => [
    listener(`${family}SubcommandError`, (error: unknown, payload: Payload) => {
      runs.failWith(triggerOf(payload), error);
    }),
    listener(`${family}SubcommandDenied`, (error: unknown, payload: Payload) => {
      runs.deny(triggerOf(payload), error);
    }),
    listener(`${family}SubcommandNoMatch`, (trigger: Trigger) => {
      runs.fail(trigger, 'unknown_subcommand');
    }),
    listener(`subcommandMappingIsMissing${family === 'message' ? 'Message' : 'ChatInput'}CommandHandler`, (trigger: Trigger) => {
      runs.fail(trigger, 'missing_handler');
    })
  ]);
}

function triggerOf({ interaction, message }: Payload): Trigger {
  const trigger = interaction ?? message;
  if (trigger === undefined) throw new TypeError('a subcommand event without an interaction or a message');
  return trigger;
}
