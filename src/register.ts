import './index.ts';

import { container, Plugin, postInitialization, preGenericsInitialization, preLogin, SapphireClient } from '@sapphire/framework';
import type { ClientOptions } from 'discord.js';
import { answerClicks } from './commands/clicks.ts';
import { Owners } from './commands/owners.ts';
import { PRIVACY_PIECE, privacyCommand } from './commands/privacyCommand.ts';
import { COMMAND_PIECE, telemetryCommand } from './commands/telemetryCommand.ts';
import { Notices } from './notices/notices.ts';
import { createTelemetry, type CreatedTelemetry } from './telemetry/createTelemetry.ts';
import type { PieceRun } from './events/runDescription.ts';
import type { RunRecorder } from './telemetry/telemetryService.ts';
import { ThrottledLogger } from './logging/throttledLogger.ts';
import { routeListeners, routeRuns } from './surfaces/api/routes.ts';
import { hearTheTime } from './surfaces/discord/hearTheTime.ts';
import { listenToAutocomplete } from './surfaces/discord/autocomplete.ts';
import { commandRuns } from './surfaces/discord/commandRuns.ts';
import { commandListeners } from './surfaces/discord/commands.ts';
import { knownGuildListener, leftGuildListeners } from './surfaces/discord/guilds.ts';
import { handlerRuns, interactionHandlerListeners } from './surfaces/discord/interactionHandlers.ts';
import { listenerErrorListener } from './surfaces/discord/listenerErrors.ts';
import { subcommandListeners } from './surfaces/discord/subcommands.ts';
import { taskListener, taskRuns } from './surfaces/tasks/scheduledTasks.ts';
import type { NamedListener } from './surfaces/listener.ts';

const created = new WeakMap<SapphireClient, CreatedTelemetry>();
/** Of the clients that shall write of themselves. */
const notices = new WeakMap<SapphireClient, Notices>();
/** Marks a client that has its telemetry, for every copy of this package in the process: two would count everything twice. */
const MEASURED = Symbol.for('sapphire-plugin-telemetry');
/** Marks a process in which there was such a client. */
const measuredProcess = globalThis as { [MEASURED]?: boolean };
/** What the next client may share: of the newest client, until it is closed. */
let newest: CreatedTelemetry | undefined;
/** By then a bot has made its client. */
const CLIENT_MS = 10_000;

const OTHER_SETTINGS =
  'Telemetry: this client has other settings than another one of this process. Sapphire tells of the runs of all clients through the one that ' +
  'was made last, so they are recorded as this one says, and not at all where it is off. Make all clients with the same TELEMETRY_ variables';

/** Which hook does what. */
export class TelemetryPlugin extends Plugin {
  /** The settings are read when the client is made: a bot may load its .env file before. */
  static override [preGenericsInitialization](this: SapphireClient, options: ClientOptions): void {
    if (MEASURED in this) return;
    Object.defineProperty(this, MEASURED, { value: true });
    measuredProcess[MEASURED] = true;
    clearTimeout(reminder);
    const log = new ThrottledLogger(() => container.logger);
    const one = createTelemetry(process.env, options.telemetry, log, newest);
    created.set(this, one);
    container.telemetry = one.service;
    // What the listeners read: of all clients that share it.
    if (one.options !== undefined) this.options.telemetry = one.options;
  }

  static override [postInitialization](this: SapphireClient): void {
    // The bot's own logger may throw.
    const log = new ThrottledLogger(() => container.logger);
    const one = created.get(this);
    if (one === undefined) {
      log.error(
        'copies',
        'Telemetry is loaded from two copies of sapphire-plugin-telemetry, and this one does nothing: find them with npm ls, and keep one'
      );
      return;
    }
    const { service, settings, announcement, isWrong } = one;
    if (isWrong) log.error('announcement', announcement);
    else log.info(announcement);
    if (newest !== undefined && newest.service !== service) log.warn('clients', OTHER_SETTINGS);
    const { commandName = 'telemetry', ownerIds = [], commandGuildIds = [] } = settings;
    const owners = new Owners(this, ownerIds);
    const piece = telemetryCommand({ commandName, owners, commandGuildIds });
    void container.stores.loadPiece({ store: 'commands', name: COMMAND_PIECE, piece });
    answerClicks(owners, log);
    if (settings.privacyCommand !== undefined) {
      const surfaces = (): string[] => [...new Set(['discord', ...pieceRuns().map(({ surface }) => surface)])];
      const options = { service, commandName: settings.privacyCommand, surfaces };
      void container.stores.loadPiece({ store: 'commands', name: PRIVACY_PIECE, piece: privacyCommand(options) });
    }
    if (!service.enabled) return;
    newest = one;
    measure(this, service.runs);
    if (settings.forgetLeftGuilds === true) load(leftGuildListeners(service));
    if (settings.previousHashSalt !== undefined) load([knownGuildListener(service)]);
    service.knowPieces(pieceRuns);
    hearTheTime(this.rest, service);
    const { notify: to, digestCron } = settings;
    if (to !== undefined && digestCron !== undefined) notices.set(this, new Notices({ client: this, service, log, to, digestCron }));
    closeOnDestroy(this, one);
  }

  /** The database opens while the bot logs in. The key of the hashes, which was begun with the client, is waited for: the first run needs it. */
  static override async [preLogin](this: SapphireClient): Promise<void> {
    const one = created.get(this);
    if (one?.service.enabled !== true) return;
    const { settings, service, clients } = one;
    if (settings.databaseUrl === undefined && (this.shard?.count ?? 1) > 1) {
      new ThrottledLogger(() => container.logger).warn(
        'shards',
        'Telemetry: several shards share one SQLite file, in which only one can write at a time. Set TELEMETRY_DATABASE_URL'
      );
    }
    clients.add(this);
    newest ??= one;
    await service.ready();
    service.start(true);
    notices.get(this)?.start();
  }
}

/** Loads the listeners, each of which turns one event into one call of the recorder. */
function measure({ options }: SapphireClient, runs: RunRecorder): void {
  const listeners = [
    ...commandListeners(runs),
    ...subcommandListeners(runs),
    ...interactionHandlerListeners(runs),
    listenerErrorListener(runs),
    ...routeListeners(runs),
    taskListener(runs)
  ];
  load(listeners);
  if (options.telemetry?.autocomplete === true) listenToAutocomplete(runs);
}

function load(listeners: readonly NamedListener[]): void {
  for (const { name, piece } of listeners) void container.stores.loadPiece({ store: 'listeners', name, piece });
}

/** The runs that the pieces of the bot may have. */
function pieceRuns(): PieceRun[] {
  return [...commandRuns(), ...handlerRuns(), ...routeRuns(), ...taskRuns()];
}

/** Sapphire has no hook for it, and discord.js emits nothing. Closing never rejects and keeps its deadline, so the bot always goes down. */
function closeOnDestroy(client: SapphireClient, { service, clients }: CreatedTelemetry): void {
  const destroy = client.destroy.bind(client);
  client.destroy = async () => {
    notices.get(client)?.stop();
    clients.delete(client);
    if (clients.size === 0) {
      if (newest?.service === service) newest = undefined;
      await service.close();
    }
    await destroy();
  };
}

/** Sapphire's two builds know nothing of each other: a plugin of the one is never called by a client of the other, and nothing tells it so. */
function warnWithoutClient(): void {
  if (measuredProcess[MEASURED] === true) return;
  process.emitWarning(
    'Telemetry is loaded, but no client has called it: nothing is recorded. Load sapphire-plugin-telemetry/register as the bot loads ' +
      '@sapphire/framework, both with import or both with require, before its client is made'
  );
}

// A bot that is off has no timer of ours.
const reminder = process.env['TELEMETRY_ENABLED'] === 'true' ? setTimeout(warnWithoutClient, CLIENT_MS).unref() : undefined;
SapphireClient.plugins.registerPreGenericsInitializationHook(
  TelemetryPlugin[preGenericsInitialization],
  'Telemetry-PreGenericsInitialization'
);
SapphireClient.plugins.registerPostInitializationHook(TelemetryPlugin[postInitialization], 'Telemetry-PostInitialization');
SapphireClient.plugins.registerPreLoginHook(TelemetryPlugin[preLogin], 'Telemetry-PreLogin');
