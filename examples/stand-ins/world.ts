import { ChannelType, GuildMemberFlags, Locale, PermissionFlagsBits } from 'discord.js';
import type {
  APIApplication,
  APIDMChannel,
  APIGuildMember,
  APIRole,
  APITextChannel,
  APIUser,
  GatewayGuildCreateDispatchData
} from 'discord.js';
import { accountSnowflake, snowflake } from './snowflake.ts';

export interface StandInUser {
  readonly id: string;
  readonly name: string;
}

export interface StandInGuild {
  readonly id: string;
  readonly name: string;
  readonly channelId: string;
}

export interface StandInTeam {
  ownerId: string;
  /** Membership state 1 is invited, 2 is accepted. */
  members: { user: StandInUser; role: 'admin' | 'developer' | 'read_only'; membershipState: 1 | 2 }[];
}

/** Who is behind the application: one person, or a team. */
export interface Ownership {
  owner?: StandInUser;
  team?: StandInTeam;
}

export function standInUser(name: string): StandInUser {
  return { id: accountSnowflake(), name };
}

const { ViewChannel, SendMessages, EmbedLinks, AttachFiles, ReadMessageHistory, UseApplicationCommands } = PermissionFlagsBits;
export const MEMBER_PERMISSIONS = String(
  ViewChannel | SendMessages | EmbedLinks | AttachFiles | ReadMessageHistory | UseApplicationCommands
);
const JOINED_AT = '2024-01-01T00:00:00.000Z';
// Discord's enums have no member for zero.
const NONE: number = 0;

const NO_IMAGES = { icon: null, splash: null, discovery_splash: null, banner: null };
const NO_TEXTS = { description: null, vanity_url_code: null, application_id: null, hub_type: null, incidents_data: null };
const NO_CHANNELS = { afk_channel_id: null, system_channel_id: null, rules_channel_id: null };
const NO_NEWS_CHANNELS = { public_updates_channel_id: null, safety_alerts_channel_id: null };
const NO_LISTS = { features: [], emojis: [], stickers: [], voice_states: [], presences: [], threads: [] };
const NO_EVENTS = { stage_instances: [], guild_scheduled_events: [], soundboard_sounds: [] };
const NO_LEVELS = { verification_level: NONE, mfa_level: NONE, premium_tier: NONE, nsfw_level: NONE, explicit_content_filter: NONE };

/** The people, guilds and channels, and their payloads as Discord sends them. */
export class World {
  readonly bot = standInUser('StandInBot');
  readonly player = standInUser('player');
  readonly guilds: readonly StandInGuild[];
  #ownership: Ownership = {};
  readonly #host = standInUser('host');
  readonly #teamId = accountSnowflake();
  readonly #users = new Map<string, StandInUser>();
  readonly #directs = new Map<string, APIDMChannel>();

  constructor(guilds: readonly { id?: string; name: string }[], ownership: Ownership) {
    this.guilds = guilds.map(({ id = accountSnowflake(), name }) => ({ id, name, channelId: accountSnowflake() }));
    this.setOwnership(ownership);
    for (const user of [this.bot, this.player]) this.#users.set(user.id, user);
  }

  /** The person behind the application, or behind its team. */
  get owner(): StandInUser {
    const { owner, team } = this.#ownership;
    const leader = team?.members.find(({ user }) => user.id === team.ownerId)?.user;
    return leader ?? owner ?? { id: team?.ownerId ?? this.player.id, name: 'owner' };
  }

  setOwnership(ownership: Ownership): void {
    this.#ownership = ownership.team ? { team: ownership.team } : { owner: ownership.owner ?? standInUser('owner') };
  }

  user(user: StandInUser): APIUser {
    this.#users.set(user.id, user);
    const { id, name } = user;
    return { id, username: name, global_name: name, discriminator: '0', avatar: null, public_flags: NONE, bot: id === this.bot.id };
  }

  userById(id: string): APIUser {
    return this.user(this.#users.get(id) ?? { id, name: `user-${id.slice(-4)}` });
  }

  member(user: StandInUser): APIGuildMember {
    return {
      user: this.user(user),
      roles: [],
      joined_at: JOINED_AT,
      deaf: false,
      mute: false,
      flags: GuildMemberFlags.CompletedOnboarding,
      nick: null,
      avatar: null,
      pending: false,
      premium_since: null,
      communication_disabled_until: null
    };
  }

  /** Without an id, the first guild. `null` is a direct message, and what is left when the bot is in no guild. */
  guild(id: string | null | undefined): StandInGuild | null {
    if (id === null) return null;
    if (id === undefined) return this.guilds[0] ?? null;
    const guild = this.guilds.find((each) => each.id === id);
    if (!guild) throw new Error(`The stand-in has no guild ${id}. Name it in DiscordStandIn.start({ guilds }).`);
    return guild;
  }

  guildOfChannel(channelId: string): StandInGuild | null {
    return this.guilds.find((guild) => guild.channelId === channelId) ?? null;
  }

  channel(guild: StandInGuild | null, user: StandInUser): APITextChannel | APIDMChannel {
    return guild ? this.textChannel(guild) : this.direct(user);
  }

  channelById(id: string): APITextChannel | APIDMChannel | undefined {
    const guild = this.guildOfChannel(id);
    return guild ? this.textChannel(guild) : Array.from(this.#directs.values()).find((direct) => direct.id === id);
  }

  direct(user: StandInUser): APIDMChannel {
    const known = this.#directs.get(user.id);
    const direct: APIDMChannel = known ?? { id: snowflake(), type: ChannelType.DM, name: null, recipients: [this.user(user)] };
    this.#directs.set(user.id, direct);
    return direct;
  }

  textChannel(guild: StandInGuild): APITextChannel {
    return {
      id: guild.channelId,
      type: ChannelType.GuildText,
      guild_id: guild.id,
      name: 'general',
      position: 0,
      permission_overwrites: []
    };
  }

  /** What GUILD_CREATE carries. */
  guildCreate(guild: StandInGuild): GatewayGuildCreateDispatchData {
    return {
      ...NO_IMAGES,
      ...NO_TEXTS,
      ...NO_CHANNELS,
      ...NO_NEWS_CHANNELS,
      ...NO_LISTS,
      ...NO_EVENTS,
      ...NO_LEVELS,
      id: guild.id,
      name: guild.name,
      // An owner may do everything, so it is nobody who acts.
      owner_id: this.#host.id,
      preferred_locale: Locale.EnglishUS,
      afk_timeout: 300,
      default_message_notifications: NONE,
      system_channel_flags: NONE,
      premium_progress_bar_enabled: false,
      joined_at: JOINED_AT,
      large: false,
      unavailable: false,
      member_count: 2,
      roles: [this.everyone(guild)],
      channels: [this.textChannel(guild)],
      members: [this.member(this.bot), this.member(this.player)]
    };
  }

  everyone(guild: StandInGuild): APIRole {
    return {
      id: guild.id,
      name: '@everyone',
      color: 0,
      colors: { primary_color: 0, secondary_color: null, tertiary_color: null },
      hoist: false,
      position: 0,
      permissions: MEMBER_PERMISSIONS,
      managed: false,
      mentionable: false,
      flags: NONE
    };
  }

  application(): Omit<APIApplication, 'team'> & { team: object | null } {
    const { team } = this.#ownership;
    return {
      id: this.bot.id,
      name: this.bot.name,
      icon: null,
      description: '',
      summary: '',
      bot_public: true,
      bot_require_code_grant: false,
      verify_key: '0'.repeat(64),
      flags: NONE,
      flags_new: '0',
      bot: this.user(this.bot),
      // Discord puts a made-up user with the team's id where a person's application has its owner.
      owner: this.user(team ? { id: this.#teamId, name: `team${this.#teamId}` } : this.owner),
      team: team ? this.#team(team) : null
    };
  }

  #team({ ownerId, members }: StandInTeam): object {
    const id = this.#teamId;
    return {
      id,
      name: 'Stand-in team',
      icon: null,
      owner_user_id: ownerId,
      members: members.map(({ user, role, membershipState }) => ({
        team_id: id,
        user: this.user(user),
        role,
        membership_state: membershipState,
        permissions: ['*']
      }))
    };
  }
}
