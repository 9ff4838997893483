import { ChannelType, GatewayDispatchEvents, GatewayIntentBits, MessageFlags, MessageType } from 'discord.js';
import type { APIAttachment, APIMessage, RESTPatchAPIChannelMessageJSONBody, RESTPostAPIChannelMessageJSONBody } from 'discord.js';
import type { Gateway } from './gateway.ts';
import { isV2, problemOf } from './messageRules.ts';
import type { ShownMessage } from './messageRules.ts';
import { bodyOf, refuse, Refusal, route } from './rest.ts';
import type { ReplyFile, RestRequest, Route } from './rest.ts';
import { snowflake } from './snowflake.ts';
import type { StandInUser, World } from './world.ts';

const MESSAGES_KEPT = 5000;
// Discord's enums have no member for zero.
const NO_FLAGS: number = 0;

export interface StoredMessage {
  data: APIMessage;
  files: ReplyFile[];
}

interface Waiting {
  question: APIMessage;
  settle: (answer: StoredMessage | undefined) => void;
}

type Draft = Omit<RESTPostAPIChannelMessageJSONBody & RESTPatchAPIChannelMessageJSONBody, 'attachments'> & {
  /** The attachments that stay, by their ids, and what is said of each new file, by its number. */
  attachments?: { id: string; description?: string }[];
};
type Sent = Pick<RestRequest, 'body' | 'files'>;

/** The messages of every channel, newest kept, and the gateway events that they cause. */
export class Messages {
  readonly routes: Route[];
  readonly #stored = new Map<string, StoredMessage>();
  readonly #waiting = new Set<Waiting>();
  readonly #world: World;
  readonly #gateway: Gateway;

  constructor(world: World, gateway: Gateway) {
    this.#world = world;
    this.#gateway = gateway;
    const single = '/channels/:channel/messages/:message';
    this.routes = [
      route('POST', '/channels/:channel/messages', ({ channel }, request) => {
        if (!world.channelById(channel)) return refuse(404, 10_003, 'Unknown Channel');
        const known = this.#sameNonce(channel, request);
        if (known) return this.answerWith(known);
        const message = this.create(channel, world.bot, request);
        this.#settle(message);
        return { status: 200, body: message.data };
      }),
      route('GET', single, ({ message }) => this.answerWith(this.get(message))),
      route('PATCH', single, ({ message }, request) => this.answerWith(this.edit(message, request))),
      route('DELETE', single, ({ message }) => (this.delete(message) ? { status: 204 } : this.answerWith(undefined)))
    ];
  }

  answerWith(message: StoredMessage | undefined): { status: number; body?: unknown } {
    return message ? { status: 200, body: message.data } : refuse(404, 10_008, 'Unknown Message');
  }

  get(id: string | undefined): StoredMessage | undefined {
    return id === undefined ? undefined : this.#stored.get(id);
  }

  /** What the bot has written in a channel for all there to see, oldest first. */
  writtenIn(channelId: string): StoredMessage[] {
    const { bot } = this.#world;
    return [...this.#stored.values()].filter(
      ({ data }) => data.channel_id === channelId && data.author.id === bot.id && !hasFlag(data, MessageFlags.Ephemeral)
    );
  }

  create(channelId: string, author: StandInUser, sent: Sent): StoredMessage {
    const message = this.draft(channelId, author, sent);
    this.#announce(GatewayDispatchEvents.MessageCreate, message.data);
    return message;
  }

  /** A message that is stored without an event: ephemeral, or older than the bot's session. */
  draft(channelId: string, author: StandInUser, sent: Sent): StoredMessage {
    const { content, embeds, components, flags, message_reference, nonce, attachments = [] } = bodyOf<Draft>(sent);
    const { files } = sent;
    const data: APIMessage = {
      id: snowflake(),
      channel_id: channelId,
      type: message_reference ? MessageType.Reply : MessageType.Default,
      author: this.#world.user(author),
      content: content ?? '',
      timestamp: new Date().toISOString(),
      edited_timestamp: null,
      tts: false,
      pinned: false,
      mention_everyone: false,
      mentions: Array.from((content ?? '').matchAll(/<@!?(\d+)>/g), ([, id = '']) => this.#world.userById(id)),
      mention_roles: [],
      attachments: files.map((file, index) => attachmentOf(file, attachments[index]?.description)),
      embeds: embeds ?? [],
      components: components ?? [],
      flags: flags ?? NO_FLAGS,
      ...(nonce !== undefined && { nonce }),
      ...(message_reference?.message_id !== undefined && {
        message_reference: { type: 0, channel_id: channelId, message_id: message_reference.message_id }
      })
    };
    const message = { data, files };
    refuseWrong(data);
    this.#stored.set(data.id, message);
    const [oldest] = this.#stored.keys();
    if (this.#stored.size > MESSAGES_KEPT && oldest !== undefined) this.#stored.delete(oldest);
    return message;
  }

  edit(id: string | undefined, sent: Sent): StoredMessage | undefined {
    const message = this.get(id);
    if (!message) return undefined;
    const { content, embeds, components, flags, attachments } = bodyOf<Draft>(sent);
    const { data, files } = message;
    if (isV2(data.flags) && flags !== undefined && !isV2(flags ?? NO_FLAGS)) throw new Refusal('IS_COMPONENTS_V2 is never unset');
    const kept = data.attachments.filter(({ id: own }) => attachments?.some((one) => one.id === own) ?? true);
    const described = (index: number): string | undefined => attachments?.find((one) => one.id === String(index))?.description;
    const edited: ShownMessage = {
      content: content === undefined ? data.content : (content ?? ''),
      embeds: embeds ?? data.embeds,
      components: components ?? data.components ?? [],
      attachments: [...kept, ...sent.files.map((file, index) => attachmentOf(file, described(index)))],
      flags: ((data.flags ?? NO_FLAGS) & ~MessageFlags.Loading) | ((flags ?? NO_FLAGS) & MessageFlags.IsComponentsV2)
    };
    refuseWrong(edited);
    message.files = [...files.filter((_, index) => kept.some(({ id: own }) => own === data.attachments[index]?.id)), ...sent.files];
    Object.assign(data, edited, { edited_timestamp: new Date().toISOString() });
    this.#announce(GatewayDispatchEvents.MessageUpdate, data);
    return message;
  }

  delete(id: string | undefined): boolean {
    const message = this.get(id);
    if (!message) return false;
    this.#announce(GatewayDispatchEvents.MessageDelete, message.data);
    return this.#stored.delete(message.data.id);
  }

  /** The bot's next message in that channel, or its reply to exactly this message; `undefined` when the time is up. */
  answerTo({ data }: StoredMessage, timeoutMs: number): Promise<StoredMessage | undefined> {
    const { promise, resolve } = Promise.withResolvers<StoredMessage | undefined>();
    const waiting: Waiting = {
      question: data,
      settle: (answer) => {
        clearTimeout(timeout);
        this.#waiting.delete(waiting);
        resolve(answer);
      }
    };
    const timeout = setTimeout(() => waiting.settle(undefined), timeoutMs).unref();
    this.#waiting.add(waiting);
    return promise;
  }

  close(): void {
    for (const waiting of this.#waiting) waiting.settle(undefined);
  }

  /** The message that the bot has sent already, where it asks that it be sent once. */
  #sameNonce(channelId: string, request: RestRequest): StoredMessage | undefined {
    const { nonce, enforce_nonce: isOnce } = bodyOf<Draft>(request);
    return isOnce === true ? this.writtenIn(channelId).find(({ data }) => data.nonce === nonce) : undefined;
  }

  #settle(answer: StoredMessage): void {
    const { channel_id, message_reference } = answer.data;
    const asked = message_reference?.message_id;
    for (const { question, settle } of this.#waiting) {
      if (question.channel_id === channel_id && (asked ?? question.id) === question.id) return settle(answer);
    }
  }

  #announce(event: GatewayDispatchEvents, data: APIMessage): void {
    if (hasFlag(data, MessageFlags.Ephemeral)) return;
    const guild = this.#world.guildOfChannel(data.channel_id);
    const { bot } = this.#world;
    // Without the message content intent a bot reads its own messages, direct ones and those that mention it.
    const readable = !guild || [data.author, ...data.mentions].some(({ id }) => id === bot.id) || this.#gateway.seesMessageContent();
    const place = guild
      ? { guild_id: guild.id, member: { ...this.#world.member({ id: data.author.id, name: data.author.username }), user: undefined } }
      : {};
    const intent = guild ? GatewayIntentBits.GuildMessages : GatewayIntentBits.DirectMessages;
    const channelType = guild ? ChannelType.GuildText : ChannelType.DM;
    const payload = { ...data, ...(!readable && { content: '' }), ...place, channel_type: channelType };
    this.#gateway.dispatch(event, payload, guild?.id ?? null, intent);
  }
}

/** A deferred answer has nothing to show yet. */
function refuseWrong(message: ShownMessage): void {
  const problem = ((message.flags ?? NO_FLAGS) & MessageFlags.Loading) === 0 ? problemOf(message) : undefined;
  if (problem !== undefined) throw new Refusal(problem);
}

export function hasFlag({ flags = NO_FLAGS }: APIMessage, flag: MessageFlags): boolean {
  return (flags & flag) !== 0;
}

function attachmentOf({ name, text }: ReplyFile, description?: string): APIAttachment {
  const id = snowflake();
  const url = `https://cdn.discordapp.invalid/attachments/${id}/${name}`;
  return { id, filename: name, size: Buffer.byteLength(text), url, proxy_url: url, ...(description !== undefined && { description }) };
}
