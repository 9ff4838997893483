import { inspect } from 'node:util';
import { container, LogLevel, SapphireClient, type Command, type ILogger, type Piece } from '@sapphire/framework';
import type { ClientOptions } from 'discord.js';
import '../../src/register.ts';
import { DiscordStandIn } from '../../examples/stand-ins/discord.ts';
import type { RunRecorder, TelemetryService } from '../../src/telemetry/telemetryService.ts';
import { temporaryFolder, type TestDatabase } from './databases.ts';
import { atSuiteEnd } from './postgresSuite.ts';

export const SALT = 'cbca9867a48de48901fec0af33b39f10de0f5b38271bb218';

/** Variables of telemetry that is on and quick to write. */
export const ENABLED = { TELEMETRY_ENABLED: 'true', TELEMETRY_HASH_SALT: SALT, TELEMETRY_FLUSH_INTERVAL_MS: '100' };

type PieceConstructor = new (context: never, options: never) => Piece;

interface BotOptions {
  /** Where it records: telemetry is on then. Without one, `env` alone says. */
  readonly database?: TestDatabase;
  /** Every TELEMETRY_ variable of the bot; without a folder of theirs it has one of its own. */
  readonly env?: Readonly<Record<string, string>>;
  readonly commands?: Readonly<Record<string, new (context: never, options: never) => Command>>;
  /** Into any store, those of the plugins too. */
  readonly pieces?: readonly { readonly store: string; readonly name: string; readonly piece: PieceConstructor }[];
  readonly client?: Partial<ClientOptions>;
  /** What its Discord is like, or one that is there already, and stays when the bot is stopped. */
  readonly discord?: Parameters<typeof DiscordStandIn.start>[0] | DiscordStandIn;
  /** Called before `login`. */
  readonly beforeLogin?: (client: SapphireClient) => void;
}

/** A bot with the plugin in this process, logged in to a stand-in for Discord: `await using bot = await startBot(…)`. */
export interface TestBot extends AsyncDisposable {
  readonly client: SapphireClient;
  readonly discord: DiscordStandIn;
  /** Every line that was logged, its level first. */
  readonly log: string[];
  /** Logs out: for a test that looks at what is left afterwards. May be called twice; the end of the test file does it too. */
  stop(): Promise<void>;
}

export async function startBot({
  database,
  env = {},
  commands = {},
  pieces = [],
  client: options = {},
  discord: world,
  beforeLogin
}: BotOptions = {}): Promise<TestBot> {
  const discord = world instanceof DiscordStandIn ? world : await DiscordStandIn.start(world);
  const log: string[] = [];
  const variables: Readonly<Record<string, string>> = {
    TELEMETRY_DATA_DIR: await temporaryFolder(),
    ...(database && { ...ENABLED, ...database.env }),
    ...env
  };
  if ('TELEMETRY_DATABASE_URL' in variables) await loadPostgresql();
  const client = withEnvironment(
    variables,
    () =>
      new SapphireClient({
        intents: ['Guilds', 'GuildMessages', 'MessageContent', 'DirectMessages'],
        baseUserDirectory: null,
        defaultPrefix: '!',
        loadMessageCommandListeners: true,
        rest: { api: discord.restUrl },
        logger: { instance: recordingLogger(log) },
        ...options
      })
  );
  restoreCorePieces();
  for (const [name, piece] of Object.entries(commands))
    await container.stores.loadPiece({ store: 'commands', name, piece: piece as never });
  for (const { store, name, piece } of pieces)
    await container.stores.loadPiece({ store: store as 'listeners', name, piece: piece as never });
  beforeLogin?.(client);
  let stopped: Promise<void> | undefined;
  const stop = (): Promise<void> => {
    stopped ??= (async () => {
      await client.destroy();
      if (discord !== world) await discord.stop();
    })();
    return stopped;
  };
  atSuiteEnd(stop);
  await client.login(discord.token);
  return { client, discord, log, stop, [Symbol.asyncDispose]: stop };
}

/** Before a bot logs in: under Jest that takes seconds on a busy machine, in which Discord's three would pass. */
async function loadPostgresql(): Promise<void> {
  await Promise.all([import('../../src/storage/openStore.ts'), import('../../src/storage/postgresql/postgresqlDialect.ts')]);
}

/** Waits until `condition` holds, and fails after `timeoutMs`. */
export async function until(condition: () => boolean | Promise<boolean>, timeoutMs = 10_000): Promise<void> {
  const end = performance.now() + timeoutMs;
  while (!(await condition())) {
    if (performance.now() > end) throw new Error(`It did not come about within ${timeoutMs} ms: ${condition.toString()}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** What the listeners of the bot record with. */
export function runRecorder(): RunRecorder {
  return (container.telemetry as TelemetryService).runs;
}

/**
 * Waits until nothing is in flight any more and everything is written. The answer to a command comes before its Finish event; of runs that
 * answer nothing, `runs` says how many there have to be.
 */
export async function settled(runs = 0): Promise<void> {
  await until(() => {
    const { state, inFlight, counters } = container.telemetry.status();
    return state === 'open' && inFlight === 0 && counters.made >= 2 * runs;
  });
  await container.telemetry.flush();
}

/** Sets the plugin's variables for as long as `work` lasts, and no others of its. */
export function withEnvironment<T>(env: Readonly<Record<string, string>>, work: () => T): T {
  const before = { ...process.env };
  for (const name of Object.keys(process.env)) if (name.startsWith('TELEMETRY_')) delete process.env[name];
  Object.assign(process.env, env);
  try {
    return work();
  } finally {
    for (const name of Object.keys(process.env)) if (!(name in before)) delete process.env[name];
    Object.assign(process.env, before);
  }
}

type PieceRegistry = Map<string, unknown>;
const corePieces = new Map<string, PieceRegistry>();

/** Sapphire hands its own pieces to the first client of a process alone; these tests have one after the other. */
function restoreCorePieces(): void {
  for (const store of container.stores.values()) {
    const symbol = Object.getOwnPropertySymbols(store).find(({ description }) => description?.includes('ManuallyRegisteredPieces'));
    const registry = (store as unknown as Record<symbol, PieceRegistry>)[symbol ?? Symbol.iterator];
    if (registry === undefined) throw new Error('Sapphire keeps its pieces elsewhere now');
    if (!corePieces.has(store.name))
      corePieces.set(store.name, new Map([...registry].filter(([name]) => !name.startsWith('sapphire-plugin-telemetry'))));
    for (const [name, piece] of corePieces.get(store.name) ?? []) if (!registry.has(name)) registry.set(name, piece);
  }
}

function recordingLogger(lines: string[]): ILogger {
  const write = (level: LogLevel, ...values: readonly unknown[]): void => {
    lines.push(`${LogLevel[level]} ${values.map((value) => (typeof value === 'string' ? value : inspect(value))).join(' ')}`);
  };
  return {
    has: () => true,
    write,
    trace: (...values) => write(LogLevel.Trace, ...values),
    debug: (...values) => write(LogLevel.Debug, ...values),
    info: (...values) => write(LogLevel.Info, ...values),
    warn: (...values) => write(LogLevel.Warn, ...values),
    error: (...values) => write(LogLevel.Error, ...values),
    fatal: (...values) => write(LogLevel.Fatal, ...values)
  };
}
