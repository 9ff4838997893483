import { ApplicationCommandOptionType, ApplicationCommandType, ApplicationIntegrationType } from 'discord.js';
import type { APIApplicationCommand, APIApplicationCommandOption } from 'discord.js';
import { bodyOf, refuse, route } from './rest.ts';
import type { RestAnswer, Route } from './rest.ts';
import { snowflake } from './snowflake.ts';
import type { StandInGuild, World } from './world.ts';

export type OptionValue = string | number | boolean;

export interface CommandCall {
  command: string;
  group?: string;
  subcommand?: string;
  /** A user, channel or role option takes the id. */
  options?: Record<string, OptionValue>;
}

interface SentOption {
  name: string;
  type: ApplicationCommandOptionType;
  value?: OptionValue;
  focused?: true;
  options?: SentOption[];
}

type CommandBody = Pick<APIApplicationCommand, 'name'> & Partial<APIApplicationCommand>;

/** The application commands that the bot registered, and the data that Discord sends when one is used. */
export class Commands {
  registered: APIApplicationCommand[] = [];
  readonly routes: Route[];
  readonly #world: World;

  constructor(world: World) {
    this.#world = world;
    this.routes = ['/applications/:application', '/applications/:application/guilds/:guild'].flatMap((scope) => this.#routesOf(scope));
  }

  /** A command that was never registered gets an id of its own: a bot may meet one that it no longer knows. */
  menuData(name: string, type: ApplicationCommandType, guild: StandInGuild | null): { id: string; name: string; type: number } {
    const command = this.#find(name, type, guild);
    const id = command?.id ?? snowflake();
    return { id, name, type, ...(command?.guild_id !== undefined && { guild_id: command.guild_id }) };
  }

  chatInputData(call: CommandCall, guild: StandInGuild | null, focused?: { name: string; value: OptionValue }): object {
    const { command, group, subcommand, options = {} } = call;
    let definitions = this.#find(command, ApplicationCommandType.ChatInput, guild)?.options;
    for (const name of [group, subcommand]) if (name !== undefined) definitions = nestedOptions(definitions, name);

    let sent: SentOption[] = Object.entries(options).map(([name, value]) => ({ name, value, type: optionType(definitions, name, value) }));
    if (focused) sent.push({ ...focused, type: optionType(definitions, focused.name, focused.value), focused: true });
    const resolved = this.#resolve(sent, guild);
    if (subcommand !== undefined) sent = [{ name: subcommand, type: ApplicationCommandOptionType.Subcommand, options: sent }];
    if (group !== undefined) sent = [{ name: group, type: ApplicationCommandOptionType.SubcommandGroup, options: sent }];
    return { ...this.menuData(command, ApplicationCommandType.ChatInput, guild), options: sent, resolved };
  }

  #resolve(sent: SentOption[], guild: StandInGuild | null): object {
    const ids = (type: ApplicationCommandOptionType) => sent.filter((option) => option.type === type).map(({ value }) => String(value));
    const users = ids(ApplicationCommandOptionType.User).map((id) => [id, this.#world.userById(id)]);
    const channels = ids(ApplicationCommandOptionType.Channel).map((id) => [id, this.#world.channelById(id)]);
    const roles = ids(ApplicationCommandOptionType.Role).map((id) => [id, guild && { ...this.#world.everyone(guild), id }]);
    return { users: Object.fromEntries(users), channels: Object.fromEntries(channels), roles: Object.fromEntries(roles) };
  }

  #find(name: string, type: ApplicationCommandType, guild: StandInGuild | null): APIApplicationCommand | undefined {
    const named = this.registered.filter((command) => command.name === name && command.type === type);
    return named.find((command) => command.guild_id === guild?.id) ?? named.find((command) => command.guild_id === undefined);
  }

  #routesOf(scope: string): Route[] {
    const collection = `${scope}/commands`;
    const single = `${collection}/:command`;
    const inScope = (guild?: string): APIApplicationCommand[] => this.registered.filter(({ guild_id }) => guild_id === guild);
    const one = (id?: string): APIApplicationCommand | undefined => this.registered.find((command) => command.id === id);
    return [
      route('GET', collection, ({ guild }) => ({ status: 200, body: inScope(guild) })),
      route('POST', collection, ({ guild }, request) => ({ status: 201, body: this.#register(bodyOf(request), guild) })),
      route('PUT', collection, ({ guild }, request) => {
        const before = inScope(guild);
        const after = bodyOf<CommandBody[]>(request).map((each) => this.#register(each, guild));
        this.registered = this.registered.filter((command) => !before.includes(command));
        return { status: 200, body: after };
      }),
      route('GET', single, ({ command }) => answerWith(one(command))),
      route('PATCH', single, ({ command }, { body }) => {
        const known = one(command);
        return answerWith(known && Object.assign(known, body, { version: snowflake() }));
      }),
      route('DELETE', single, ({ command }) => {
        this.registered = this.registered.filter(({ id }) => id !== command);
        return { status: 204 };
      })
    ];
  }

  /** A command with the name and type of another takes its place and its id. */
  #register(body: CommandBody, guildId: string | undefined): APIApplicationCommand {
    const type = body.type ?? ApplicationCommandType.ChatInput;
    const same = (each: APIApplicationCommand): boolean => each.name === body.name && each.type === type && each.guild_id === guildId;
    const command: APIApplicationCommand = {
      description: '',
      default_member_permissions: null,
      contexts: null,
      integration_types: [ApplicationIntegrationType.GuildInstall],
      nsfw: false,
      ...(guildId === undefined ? { dm_permission: true } : { guild_id: guildId }),
      ...body,
      id: this.registered.find(same)?.id ?? snowflake(),
      application_id: this.#world.bot.id,
      version: snowflake(),
      type
    };
    this.registered = [...this.registered.filter((each) => !same(each)), command];
    return command;
  }
}

function answerWith(command: APIApplicationCommand | undefined): RestAnswer {
  return command ? { status: 200, body: command } : refuse(404, 10_063, 'Unknown application command');
}

function nestedOptions(options: APIApplicationCommandOption[] | undefined, name: string): APIApplicationCommandOption[] | undefined {
  const option = options?.find((each) => each.name === name);
  return option && 'options' in option ? option.options : undefined;
}

function optionType(
  definitions: APIApplicationCommandOption[] | undefined,
  name: string,
  value: OptionValue
): ApplicationCommandOptionType {
  const known = definitions?.find((option) => option.name === name)?.type;
  if (known !== undefined) return known;
  if (typeof value === 'boolean') return ApplicationCommandOptionType.Boolean;
  if (typeof value === 'string') return ApplicationCommandOptionType.String;
  return Number.isInteger(value) ? ApplicationCommandOptionType.Integer : ApplicationCommandOptionType.Number;
}
