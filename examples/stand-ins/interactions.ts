import { randomUUID } from 'node:crypto';
import { GatewayDispatchEvents, InteractionContextType, InteractionResponseType, Locale, MessageFlags } from 'discord.js';
import type { APIBaseInteraction, APIInteractionResponse, InteractionType } from 'discord.js';
import type { Gateway } from './gateway.ts';
import { hasFlag } from './messages.ts';
import type { Messages, StoredMessage } from './messages.ts';
import { replyOf } from './reply.ts';
import type { Reply } from './reply.ts';
import { bodyOf, refuse, route } from './rest.ts';
import type { ReplyFile, RestAnswer, RestRequest, Route } from './rest.ts';
import { snowflake } from './snowflake.ts';
import { MEMBER_PERMISSIONS } from './world.ts';
import type { StandInGuild, StandInUser, World } from './world.ts';

/** Who uses the bot, and where. */
export interface Caller {
  /** The language of the user. Default: English. */
  locale?: Locale;
  /** Default: `discord.player`. */
  user?: StandInUser;
  /** Default: the first guild. `null`: the bot's direct messages. */
  guildId?: string | null;
  /** A permission bit field in decimal. Default: what @everyone has. */
  memberPermissions?: string;
  /** Milliseconds to wait for an answer. Default: 5000. */
  timeoutMs?: number;
}

interface Open {
  id: string;
  type: InteractionType;
  channelId: string;
  sentAt: number;
  state: 'unanswered' | 'deferred' | 'answered';
  deferred: boolean;
  /** The message of the answer; for a component, until then, the message that carries it. */
  originalId: string | undefined;
  settle: (reply: Reply | undefined) => void;
}

const INTERACTIONS_KEPT = 5000;
const ATTACHMENT_LIMIT = 10 * 1024 * 1024;

/** Sends interactions to the bot and puts its callbacks, edits and follow-ups together into one reply. */
export class Interactions {
  readonly routes: Route[];
  readonly #open = new Map<string, Open>();
  readonly #world: World;
  readonly #gateway: Gateway;
  readonly #messages: Messages;
  readonly #answerWithinMs: number;

  constructor(world: World, gateway: Gateway, messages: Messages, answerWithinMs: number) {
    this.#world = world;
    this.#gateway = gateway;
    this.#messages = messages;
    this.#answerWithinMs = answerWithinMs;
    const webhook = '/webhooks/:application/:token';
    this.routes = [
      route('POST', '/interactions/:id/:token/callback', ({ id, token }, request) => this.#callback(id, token, request)),
      route('POST', webhook, ({ token }, request) => this.#withOpen(token, (open) => this.#followUp(open, request))),
      route('GET', `${webhook}/messages/:message`, ({ token, message }) =>
        this.#withOpen(token, (open) => messages.answerWith(messages.get(idOf(open, message))))
      ),
      route('PATCH', `${webhook}/messages/:message`, ({ token, message }, request) =>
        this.#withOpen(token, (open) => this.#edit(open, idOf(open, message), request))
      ),
      route('DELETE', `${webhook}/messages/:message`, ({ token, message }) =>
        this.#withOpen(token, (open) => (messages.delete(idOf(open, message)) ? { status: 204 } : messages.answerWith(undefined)))
      )
    ];
  }

  /** Resolves to `undefined` when no bot is connected, or none answered in time. */
  send(type: InteractionType, data: object, caller: Caller, message?: StoredMessage): Promise<Reply | undefined> {
    const guild = this.#world.guild(caller.guildId);
    const user = caller.user ?? this.#world.player;
    const channel = this.#world.channel(guild, user);
    const id = snowflake();
    const token = Buffer.from(`interaction:${id}:${randomUUID()}`).toString('base64url');
    const { promise, resolve } = Promise.withResolvers<Reply | undefined>();
    const timeout = setTimeout(() => this.#giveUp(open), caller.timeoutMs ?? 5000).unref();
    const settle = (reply: Reply | undefined): void => {
      clearTimeout(timeout);
      resolve(reply);
    };
    const open: Open = {
      id,
      type,
      channelId: channel.id,
      sentAt: performance.now(),
      state: 'unanswered',
      deferred: false,
      originalId: message?.data.id,
      settle
    };
    this.#open.set(token, open);
    const [oldest] = this.#open.keys();
    if (this.#open.size > INTERACTIONS_KEPT && oldest !== undefined) this.#open.delete(oldest);

    const interaction: APIBaseInteraction<InteractionType, unknown> = {
      id,
      token,
      type,
      data,
      version: 1,
      application_id: this.#world.bot.id,
      channel,
      channel_id: channel.id,
      app_permissions: MEMBER_PERMISSIONS,
      locale: caller.locale ?? Locale.EnglishUS,
      entitlements: [],
      attachment_size_limit: ATTACHMENT_LIMIT,
      ...(message && { message: message.data }),
      ...this.#place(guild, user, caller.memberPermissions ?? MEMBER_PERMISSIONS)
    };
    if (!this.#gateway.dispatch(GatewayDispatchEvents.InteractionCreate, interaction, guild?.id ?? null)) settle(undefined);
    return promise;
  }

  /** What nobody will answer any more resolves to `undefined`. */
  close(): void {
    for (const open of this.#open.values()) open.settle(undefined);
  }

  #place(guild: StandInGuild | null, user: StandInUser, permissions: string) {
    // '0' is Discord's own mark for "the bot's direct messages".
    if (!guild) return { context: InteractionContextType.BotDM, authorizing_integration_owners: { 0: '0' }, user: this.#world.user(user) };
    return {
      context: InteractionContextType.Guild,
      authorizing_integration_owners: { 0: guild.id },
      guild_id: guild.id,
      guild: { id: guild.id, locale: Locale.EnglishUS, features: [] },
      guild_locale: Locale.EnglishUS,
      member: { ...this.#world.member(user), user: this.#world.user(user), permissions }
    };
  }

  #callback(id: string, token: string, request: RestRequest): RestAnswer {
    const open = this.#open.get(token);
    if (open?.id !== id) return refuse(404, 10_062, 'Unknown interaction');
    if (open.state !== 'unanswered') return refuse(400, 40_060, 'Interaction has already been acknowledged.');
    if (performance.now() - open.sentAt > this.#answerWithinMs) return refuse(404, 10_062, 'Unknown interaction');

    const response = bodyOf<APIInteractionResponse>(request);
    const message = this.#respond(open, response, request.files);
    if (!new URLSearchParams(request.query).has('with_response', 'true')) return { status: 204 };
    const interaction = {
      id,
      type: open.type,
      response_message_id: message?.data.id,
      response_message_ephemeral: message && hasFlag(message.data, MessageFlags.Ephemeral),
      response_message_loading: message && hasFlag(message.data, MessageFlags.Loading)
    };
    return { status: 200, body: { interaction, resource: { type: response.type, message: message?.data } } };
  }

  #respond(open: Open, response: APIInteractionResponse, files: ReplyFile[]): StoredMessage | undefined {
    const data = 'data' in response ? response.data : undefined;
    switch (response.type) {
      case InteractionResponseType.ChannelMessageWithSource:
        return this.#answer(open, this.#create(open, { body: data, files }));
      case InteractionResponseType.UpdateMessage:
        return this.#answer(open, this.#messages.edit(open.originalId, { body: data, files }));
      case InteractionResponseType.DeferredChannelMessageWithSource:
        open.state = 'deferred';
        open.deferred = true;
        return this.#create(open, { body: { flags: (response.data?.flags ?? 0) | MessageFlags.Loading }, files: [] });
      case InteractionResponseType.DeferredMessageUpdate:
        open.state = 'deferred';
        open.deferred = true;
        return this.#messages.get(open.originalId);
      case InteractionResponseType.ApplicationCommandAutocompleteResult:
        return this.#answer(open, undefined, { choices: response.data.choices ?? [] });
      case InteractionResponseType.Modal:
        return this.#answer(open, undefined, { modal: response.data });
      default:
        return this.#answer(open, undefined);
    }
  }

  #create(open: Open, sent: Pick<RestRequest, 'body' | 'files'>): StoredMessage {
    const message = this.#messages.create(open.channelId, this.#world.bot, sent);
    open.originalId = message.data.id;
    return message;
  }

  #edit(open: Open, messageId: string | undefined, request: RestRequest): RestAnswer {
    const message = this.#messages.edit(messageId, request);
    if (message && open.state === 'deferred') this.#answer(open, message);
    return this.#messages.answerWith(message);
  }

  #followUp(open: Open, request: RestRequest): RestAnswer {
    const original = this.#messages.get(open.originalId);
    // Discord fills a deferred reply with the first follow-up.
    if (original && hasFlag(original.data, MessageFlags.Loading)) return this.#edit(open, original.data.id, request);
    const message = this.#messages.create(open.channelId, this.#world.bot, request);
    if (open.state === 'deferred') this.#answer(open, message);
    return this.#messages.answerWith(message);
  }

  #answer(open: Open, message: StoredMessage | undefined, more: Partial<Reply> = {}): StoredMessage | undefined {
    open.state = 'answered';
    open.settle({ ...replyOf(message), ...more, deferred: open.deferred, latencyMs: performance.now() - open.sentAt });
    return message;
  }

  /** A deferred update shows nothing to the user, so a bot may leave it at that; any other silence is no answer. */
  #giveUp(open: Open): void {
    const message = this.#messages.get(open.originalId);
    if (open.state === 'deferred' && message && !hasFlag(message.data, MessageFlags.Loading)) this.#answer(open, message);
    else open.settle(undefined);
  }

  #withOpen(token: string, answer: (open: Open) => RestAnswer): RestAnswer {
    const open = this.#open.get(token);
    return open ? answer(open) : refuse(404, 10_015, 'Unknown Webhook');
  }
}

function idOf(open: Open, message: string): string | undefined {
  return message === '@original' ? open.originalId : message;
}
