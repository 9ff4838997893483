import { PermissionFlagsBits } from 'discord.js';
import type { ProviderFault } from '../stand-ins/provider.ts';
import { standInUser, type Caller, type DiscordStandIn, type Reply, type StandInUser } from '../stand-ins/discord.ts';

/** Discord shows the commands by these names once the bot has registered them. */
export const COMMANDS = ['alttpr', 'smz3', 'sm', 'daily', 'tournament', 'Race record', 'telemetry'];

/** What the first seeds of the day meet, so that each fault is seen however little traffic there is. */
export const FIRST_FAULTS: readonly ProviderFault[] = ['slow', 'unavailable', 'reset'];

/** Someone uses the bot once; resolves to the answer, `undefined` for none. */
export type Use = () => Promise<unknown>;

type Act = (discord: DiscordStandIn, who: Caller & { user: StandInUser }) => Promise<Reply | undefined>;

const slash =
  (command: string, options: Record<string, string> = {}, subcommand?: string): Act =>
  (discord, who) =>
    discord.slash({ ...who, command, options, ...(subcommand !== undefined && { subcommand }) });

const typed =
  (content: string): Act =>
  (discord, who) =>
    discord.message({ ...who, content });

const preset = (name: string): Act => slash('alttpr', { preset: name }, 'preset');

const openTournament: Act = (discord, who) => {
  const memberPermissions = String(PermissionFlagsBits.ManageEvents);
  return slash('tournament', { name: 'Winter Cup' }, 'create')(discord, { ...who, memberPermissions });
};

/** How often each is used, of a hundred. Over half of it is answered by webhook or message: discord.js sends at most 50 of those a second. */
const SHARES: readonly (readonly [number, Act])[] = [
  [16, preset('open')],
  [8, preset('standard')],
  [5, preset('crosskeys')],
  [3, preset('opne')],
  [5, slash('alttpr', { weightset: 'balanced' }, 'mystery')],
  [3, slash('alttpr', { weightset: 'chaos' }, 'mystery')],
  [7, slash('smz3', { preset: 'normal' })],
  [1, slash('smz3', { preset: 'nightmare' })],
  [6, slash('sm', { preset: 'tournament' })],
  [3, typed('$seed alttpr open')],
  [1, typed('$seed chess open')],
  [23, slash('daily')],
  [2, slash('tournament', { name: 'My own cup' }, 'create')],
  [9, slash('tournament', {}, 'join')],
  [8, (discord, who) => discord.userMenu({ ...who, command: 'Race record' })]
];

/** About `count` uses of the bot by many people in all its guilds, in a random order; each kind happens at least once. */
export function makeTraffic(discord: DiscordStandIn, count: number): Use[] {
  const people = Array.from({ length: Math.max(10, Math.round(count / 6)) }, (_, index) => standInUser(`racer-${index + 1}`));
  const use =
    (act: Act, guildId: string): Use =>
    () =>
      act(discord, { user: pick(people), guildId });
  // The day begins with a tournament in each guild, so none of them stays silent. Then some guilds are busier than others.
  const opening = discord.guilds.map(({ id }) => use(openTournament, id));
  const first = FIRST_FAULTS.map(() => preset('open'));
  const rest = SHARES.flatMap(([share, act]) => Array.from({ length: Math.max(1, Math.round((share * count) / 100)) }, () => act));
  const busier = discord.guilds.flatMap(({ id }, index) => Array.from({ length: discord.guilds.length - index }, () => id));
  return [...opening, ...[...first, ...shuffled(rest)].map((act) => use(act, pick(busier)))];
}

function pick<T>(list: readonly T[]): T {
  const one = list[Math.floor(Math.random() * list.length)];
  if (one === undefined) throw new RangeError('nothing to pick from');
  return one;
}

function shuffled<T>(list: readonly T[]): T[] {
  const left = [...list];
  return list.map(() => {
    const one = pick(left);
    left.splice(left.indexOf(one), 1);
    return one;
  });
}
