import { ApplicationCommandType, ComponentType, GatewayDispatchEvents, InteractionType } from 'discord.js';
import type { APIApplicationCommand } from 'discord.js';
import { Commands } from './commands.ts';
import type { CommandCall, OptionValue } from './commands.ts';
import { Gateway } from './gateway.ts';
import { Interactions } from './interactions.ts';
import type { Caller } from './interactions.ts';
import { Messages } from './messages.ts';
import { replyOf } from './reply.ts';
import type { Reply } from './reply.ts';
import { bodyOf, refuse, RestServer, route } from './rest.ts';
import type { Fault, ReplyFile, RestRequest, Route } from './rest.ts';
import { World } from './world.ts';
import type { Ownership, StandInGuild, StandInUser } from './world.ts';

export { standInUser } from './world.ts';
export type { Caller, CommandCall, Fault, OptionValue, Ownership, Reply, RestRequest, StandInGuild, StandInUser };
export type { StandInTeam } from './world.ts';
export type { ReplyFile } from './rest.ts';

export interface StandInOptions extends Ownership {
  /** Default: one guild. */
  guilds?: { id?: string; name: string }[];
  /** Milliseconds after which a first answer is refused with 10062. Default: 3000, as on Discord. */
  answerWithinMs?: number;
  /** How far its clock is ahead of this machine's, in milliseconds. Default: 0. */
  clockOffsetMs?: number;
}

interface ComponentCall extends Caller {
  customId: string;
  /** The message that carries the component, from a reply's `messageId`. Default: an invented message of the bot. */
  messageId?: string;
}

interface MessageCall {
  content: string;
  /** What is attached. */
  files?: ReplyFile[];
  expectReply?: boolean;
}

/** Discord on 127.0.0.1: enough of gateway v10 and REST v10 for an unmodified discord.js client. */
export class DiscordStandIn implements AsyncDisposable {
  readonly token: string;
  readonly #world: World;
  readonly #rest: RestServer;
  readonly #gateway: Gateway;
  readonly #commands: Commands;
  readonly #messages: Messages;
  readonly #interactions: Interactions;
  #port = 0;

  static async start(options: StandInOptions = {}): Promise<DiscordStandIn> {
    const discord = new DiscordStandIn(options);
    discord.#port = await discord.#rest.listen();
    return discord;
  }

  private constructor({ guilds, answerWithinMs = 3000, clockOffsetMs = 0, ...ownership }: StandInOptions) {
    this.#world = new World(guilds ?? [{ name: 'Stand-in guild' }], ownership);
    this.token = `${Buffer.from(this.#world.bot.id).toString('base64url')}.stand.in-for-discord`;
    this.#rest = new RestServer(this.token, clockOffsetMs);
    this.#gateway = new Gateway(this.#rest.http, this.#world, this.token, () => this.gatewayUrl);
    this.#commands = new Commands(this.#world);
    this.#messages = new Messages(this.#world, this.#gateway);
    this.#interactions = new Interactions(this.#world, this.#gateway, this.#messages, answerWithinMs);
    this.#rest.use([...this.#routes(), ...this.#commands.routes, ...this.#messages.routes, ...this.#interactions.routes]);
  }

  /** For `ClientOptions.rest.api`. */
  get restUrl(): string {
    return `http://127.0.0.1:${this.#port}/api`;
  }

  get gatewayUrl(): string {
    return `ws://127.0.0.1:${this.#port}`;
  }

  get bot(): StandInUser {
    return this.#world.bot;
  }

  /** Whoever acts when a call names no user. */
  get player(): StandInUser {
    return this.#world.player;
  }

  get owner(): StandInUser {
    return this.#world.owner;
  }

  get guilds(): readonly StandInGuild[] {
    return this.#world.guilds;
  }

  /** The commands that the bot registered; those of a guild have a `guild_id`. */
  get commands(): readonly APIApplicationCommand[] {
    return this.#commands.registered;
  }

  /** The last thousand REST requests, oldest first. */
  get requests(): readonly RestRequest[] {
    return this.#rest.requests;
  }

  /** Called before each request is answered: an answer of its own or `'hang'` replaces what the stand-in would have done. */
  set onRequest(hook: ((request: RestRequest) => Fault | Promise<Fault>) | undefined) {
    this.#rest.onRequest = hook;
  }

  setApplication(ownership: Ownership): void {
    this.#world.setOwnership(ownership);
  }

  slash(call: CommandCall & Caller): Promise<Reply | undefined> {
    const data = this.#commands.chatInputData(call, this.#world.guild(call.guildId));
    return this.#interactions.send(InteractionType.ApplicationCommand, data, call);
  }

  autocomplete(call: CommandCall & Caller & { focused: { name: string; value: OptionValue } }): Promise<Reply | undefined> {
    const data = this.#commands.chatInputData(call, this.#world.guild(call.guildId), call.focused);
    return this.#interactions.send(InteractionType.ApplicationCommandAutocomplete, data, call);
  }

  userMenu(call: Caller & { command: string; target?: StandInUser }): Promise<Reply | undefined> {
    const { target = this.player } = call;
    const guild = this.#world.guild(call.guildId);
    const resolved = {
      users: { [target.id]: this.#world.user(target) },
      ...(guild && { members: { [target.id]: { ...this.#world.member(target), user: undefined, permissions: '0' } } })
    };
    const data = { ...this.#commands.menuData(call.command, ApplicationCommandType.User, guild), target_id: target.id, resolved };
    return this.#interactions.send(InteractionType.ApplicationCommand, data, call);
  }

  messageMenu(call: Caller & { command: string; target?: { content: string; author?: StandInUser } }): Promise<Reply | undefined> {
    const { target = { content: 'A message' }, user = this.player } = call;
    const guild = this.#world.guild(call.guildId);
    const channel = this.#world.channel(guild, user);
    const message = this.#messages.draft(channel.id, target.author ?? user, { body: { content: target.content }, files: [] }).data;
    const command = this.#commands.menuData(call.command, ApplicationCommandType.Message, guild);
    const data = { ...command, target_id: message.id, resolved: { messages: { [message.id]: message } } };
    return this.#interactions.send(InteractionType.ApplicationCommand, data, call);
  }

  button(call: ComponentCall): Promise<Reply | undefined> {
    return this.#component(call, { component_type: ComponentType.Button });
  }

  select(call: ComponentCall & { values: string[] }): Promise<Reply | undefined> {
    return this.#component(call, { component_type: ComponentType.StringSelect, values: call.values });
  }

  modal(call: Caller & { customId: string; fields?: Record<string, string> }): Promise<Reply | undefined> {
    const components = Object.entries(call.fields ?? {}).map(([custom_id, value]) => ({
      type: ComponentType.ActionRow,
      components: [{ type: ComponentType.TextInput, custom_id, value }]
    }));
    return this.#interactions.send(InteractionType.ModalSubmit, { custom_id: call.customId, components }, call);
  }

  async message(call: Omit<Caller, 'memberPermissions'> & MessageCall): Promise<Reply | undefined> {
    const { content, files = [], user = this.player, timeoutMs = 5000, expectReply = true } = call;
    const sentAt = performance.now();
    const channel = this.#world.channel(this.#world.guild(call.guildId), user);
    const sent = this.#messages.create(channel.id, user, { body: { content }, files });
    const answer = expectReply ? await this.#messages.answerTo(sent, timeoutMs) : undefined;
    return answer && { ...replyOf(answer), deferred: false, latencyMs: performance.now() - sentAt };
  }

  /** What the bot has written in the channel of a guild, or in its direct messages to a user, for all there to see: the oldest first. */
  written(place: Pick<Caller, 'user' | 'guildId'>): Omit<Reply, 'deferred' | 'latencyMs'>[] {
    const channel = this.#world.channel(this.#world.guild(place.guildId), place.user ?? this.player);
    return this.#messages.writtenIn(channel.id).map(replyOf);
  }

  /** Takes the bot out of a guild, or lets the guild be away for an outage. */
  removeGuild(id: string, { unavailable = false } = {}): void {
    // Discord names the state only where it is an outage.
    this.#gateway.dispatch(GatewayDispatchEvents.GuildDelete, { id, ...(unavailable && { unavailable }) }, id);
  }

  /** Adds the bot to a guild of this world again. */
  addGuild(guild: StandInGuild): void {
    this.#gateway.dispatch(GatewayDispatchEvents.GuildCreate, this.#world.guildCreate(guild), guild.id);
  }

  /** Drops every gateway connection; a client resumes its session and receives what it missed. */
  disconnect(): void {
    this.#gateway.disconnect();
  }

  /** Closes every socket; a call that still waits resolves to `undefined`. */
  async stop(): Promise<void> {
    this.#interactions.close();
    this.#messages.close();
    this.#gateway.close();
    await this.#rest.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  #component(call: ComponentCall, data: object): Promise<Reply | undefined> {
    const channel = this.#world.channel(this.#world.guild(call.guildId), call.user ?? this.player);
    const message = this.#messages.get(call.messageId) ?? this.#messages.draft(channel.id, this.bot, { body: {}, files: [] });
    return this.#interactions.send(InteractionType.MessageComponent, { custom_id: call.customId, ...data }, call, message);
  }

  #routes(): Route[] {
    const limits = { total: 1000, remaining: 1000, reset_after: 0, max_concurrency: 16 };
    const application = () => ({ status: 200, body: this.#world.application() });
    return [
      route('GET', '/gateway/bot', () => ({ status: 200, body: { url: this.gatewayUrl, shards: 1, session_start_limit: limits } })),
      route('GET', '/oauth2/applications/@me', application),
      route('GET', '/applications/@me', application),
      route('GET', '/users/@me', () => ({ status: 200, body: this.#world.user(this.bot) })),
      route('POST', '/users/@me/channels', (_, request) => {
        const { recipient_id } = bodyOf<{ recipient_id: string }>(request);
        const { username } = this.#world.userById(recipient_id);
        return { status: 200, body: this.#world.direct({ id: recipient_id, name: username }) };
      }),
      route('GET', '/users/:user', ({ user }) => ({ status: 200, body: this.#world.userById(user) })),
      route('GET', '/channels/:channel', ({ channel }) => {
        const known = this.#world.channelById(channel);
        return known ? { status: 200, body: known } : refuse(404, 10_003, 'Unknown Channel');
      }),
      route('POST', '/channels/:channel/typing', () => ({ status: 204 }))
    ];
  }
}
