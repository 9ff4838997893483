import type { ChatInputCommandInteraction, Message } from 'discord.js';
import type { RunRecorder } from '../../telemetry/telemetryService.ts';
import { listener, type NamedListener } from '../listener.ts';

type Trigger = ChatInputCommandInteraction | Message;
type Args = { readonly commandContext?: object } | undefined;

interface Payload {
  readonly interaction?: ChatInputCommandInteraction;
  readonly message?: Message;
  readonly context?: object;
}

/**
 * The listeners of @sapphire/plugin-subcommands. It catches what a subcommand throws, and the parent command reports success all the same:
 * what is noted here comes first, so it stands.
 */
export function subcommandListeners(runs: RunRecorder): NamedListener[] {
  return (['chatInput', 'message'] as const).flatMap((family) => [
    listener(`${family}SubcommandError`, (error: unknown, payload: Payload) => {
      runs.failWith(keyOf(payload), error);
    }),
    listener(`${family}SubcommandDenied`, (error: unknown, payload: Payload) => {
      runs.deny(keyOf(payload), error);
    }),
    listener(`${family}SubcommandNoMatch`, (trigger: Trigger, args: Args) => {
      runs.fail(family === 'message' ? (args?.commandContext ?? trigger) : trigger, 'unknown_subcommand');
    }),
    listener(
      `subcommandMappingIsMissing${family === 'message' ? 'Message' : 'ChatInput'}CommandHandler`,
      (trigger: Trigger, _mapping: unknown, payload: Payload | undefined) => {
        runs.fail(payload === undefined ? trigger : keyOf(payload), 'missing_handler');
      }
    )
  ]);
}

/** What the run of its command is found by. */
function keyOf({ interaction, message, context }: Payload): object {
  const key = interaction ?? context ?? message;
  if (key === undefined) throw new TypeError('a subcommand event without an interaction or a message');
  return key;
}
