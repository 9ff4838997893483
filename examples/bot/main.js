// A small game randomizer bot with telemetry. Start it with: node --env-file=.env examples/bot/main.js
import 'sapphire-plugin-telemetry/register';
import '@sapphire/plugin-api/register';
import '@sapphire/plugin-subcommands/register';
import { SapphireClient } from '@sapphire/framework';
import { GatewayIntentBits } from 'discord.js';
import { startRacetime } from './lib/racetime/start.js';

const { DISCORD_TOKEN, DISCORD_API, API_PORT, REDIS_URL, METRICS } = process.env;

// Scheduled tasks wait in Redis: a bot without one has none.
if (REDIS_URL) await import('@sapphire/plugin-scheduled-tasks/register');

// Unset means that no metrics leave; else it is prometheus or otlp.
const { meter, provider } = METRICS ? await import(`./lib/metrics/${METRICS}.js`) : {};

const client = new SapphireClient({
  // Here are commands/, interaction-handlers/, listeners/, routes/ and scheduled-tasks/.
  baseUserDirectory: import.meta.dirname,
  intents: [GatewayIntentBits.Guilds, GatewayIntentBits.GuildMessages, GatewayIntentBits.MessageContent],
  defaultPrefix: '$',
  loadMessageCommandListeners: true,
  // Replies repeat what users wrote: it must not ping anyone.
  allowedMentions: { parse: [] },
  // Unset means Discord itself; the demo sets it to its stand-in.
  rest: DISCORD_API ? { api: DISCORD_API } : {},
  // Unset means no web API.
  api: { automaticallyConnect: Boolean(API_PORT), listenOptions: { port: Number(API_PORT), host: '127.0.0.1' } },
  tasks: { bull: { connection: { url: REDIS_URL } } },
  telemetry: { meter }
});

// A bot that is just killed loses what it has not written yet. It ends by itself, but for the timers of cooldowns.
const stop = () =>
  void client
    .destroy()
    .then(() => provider?.shutdown())
    .finally(() => process.exit());
process.once('SIGINT', stop);
process.once('SIGTERM', stop);

await client.login(DISCORD_TOKEN);
startRacetime();
