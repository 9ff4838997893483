import { MessageFlags } from 'discord.js';
import type { APIApplicationCommandOptionChoice, APIEmbed, APIModalInteractionResponseCallbackData } from 'discord.js';
import { hasFlag } from './messages.ts';
import type { StoredMessage } from './messages.ts';
import type { ReplyFile } from './rest.ts';

/** What a user sees of the bot's answer; for a deferred one, once it is filled. */
export interface Reply {
  content: string;
  embeds: APIEmbed[];
  components: unknown[];
  files: ReplyFile[];
  ephemeral: boolean;
  deferred: boolean;
  /** Absent when the answer is no message: choices or a modal. */
  messageId?: string;
  choices?: APIApplicationCommandOptionChoice[];
  modal?: APIModalInteractionResponseCallbackData;
  /** Milliseconds from the user's action to the answer. */
  latencyMs: number;
}

export function replyOf(message: StoredMessage | undefined): Omit<Reply, 'deferred' | 'latencyMs'> {
  if (!message) return { content: '', embeds: [], components: [], files: [], ephemeral: false };
  const { id, content, embeds, components = [] } = message.data;
  const ephemeral = hasFlag(message.data, MessageFlags.Ephemeral);
  return { content, embeds, components, files: message.files, ephemeral, messageId: id };
}
