import { Command, type ApplicationCommandRegistry } from '@sapphire/framework';
import {
  ApplicationIntegrationType,
  AttachmentBuilder,
  InteractionContextType,
  MessageFlags,
  PermissionFlagsBits,
  type ChatInputCommandInteraction,
  type InteractionEditReplyOptions,
  type Locale,
  type SlashCommandBuilder
} from 'discord.js';
import { privacyPolicy } from '../schema/privacyPolicy.ts';
import { TelemetryUnavailableError } from '../telemetry/telemetry.ts';
import type { TelemetryService } from '../telemetry/telemetryService.ts';
import { OwnRegistration } from './ownRegistration.ts';
import { TRANSLATIONS, type Words } from './privacyTranslations.ts';
import { describe, wordsOf } from './privacyWords.ts';
import { takeUp } from './takeUp.ts';

/** The name of the piece: no file can be called so. */
export const PRIVACY_PIECE = 'sapphire-plugin-telemetry/privacy';

/** How often the members of a guild may change their mind in a day. */
const CHANGES_A_DAY = 4;
const DAY_MS = 86_400_000;

interface PrivacyCommandOptions {
  readonly service: TelemetryService;
  /** What it is called in Discord. */
  readonly commandName: string;
  /** Where runs are measured. */
  readonly surfaces: () => readonly string[];
}

/** Makes the piece of `/privacy`, for everyone: what is measured, and a way out for a server. */
export function privacyCommand(options: PrivacyCommandOptions): new (context: Command.LoaderContext, options: Command.Options) => Command {
  const { service, commandName, surfaces } = options;
  const changes = new Changes();

  const show = ({ guildId }: ChatInputCommandInteraction, words: Words): InteractionEditReplyOptions => {
    if (!service.enabled) return { content: words.off };
    const { sampleRate, retentionDays, meterErrors } = service.status();
    const isExported = meterErrors !== null;
    const hasOptedOut = guildId !== null && service.hasOptedOut(guildId);
    return {
      content: describe(words, commandName, { sampleRate, retentionDays, surfaces: surfaces(), isExported, hasOptedOut }),
      files: [new AttachmentBuilder(Buffer.from(privacyPolicy(isExported)), { name: 'privacy.md' })]
    };
  };

  const change = async (interaction: ChatInputCommandInteraction, words: Words, isOut: boolean): Promise<string> => {
    const { guildId, memberPermissions } = interaction;
    if (guildId === null) return words.guildOnly;
    if (memberPermissions?.has(PermissionFlagsBits.ManageGuild) !== true) return words.forManagers;
    if (!service.enabled) return words.off;
    if (!changes.mayChange(guildId)) return words.tooOften;
    try {
      await (isOut ? service.optOut(guildId) : service.optIn(guildId));
      return isOut ? words.optedOut : words.optedIn;
    } catch (error) {
      // What is wrong with the database is nobody's to read but the operator's, whom the log tells.
      if (error instanceof TelemetryUnavailableError) return words.notNow;
      throw error;
    }
  };

  return class PrivacyCommand extends Command {
    readonly #registration = new OwnRegistration();

    constructor(context: Command.LoaderContext, pieceOptions: Command.Options) {
      super(context, { ...pieceOptions, name: PRIVACY_PIECE, description: wordsOf('').command, telemetry: false });
    }

    override registerApplicationCommands(registry: ApplicationCommandRegistry): Promise<void> {
      return this.#registration.register(this, registry, {
        commandName,
        variable: 'TELEMETRY_PRIVACY_COMMAND',
        commandGuildIds: [],
        define
      });
    }

    override async chatInputRun(interaction: ChatInputCommandInteraction): Promise<void> {
      if (!(await takeUp(() => interaction.deferReply({ flags: MessageFlags.Ephemeral })))) return;
      const words = wordsOf(interaction.locale);
      const subcommand = interaction.options.getSubcommand(false);
      const isChange = subcommand === 'opt-out' || subcommand === 'opt-in';
      await interaction.editReply(
        isChange ? { content: await change(interaction, words, subcommand === 'opt-out') } : show(interaction, words)
      );
    }
  };
}

function define(builder: SlashCommandBuilder): SlashCommandBuilder {
  const english = wordsOf('');
  builder
    .setDescription(english.command)
    .setDescriptionLocalizations(inAll('command'))
    // Named, or Sapphire would see a difference and send the command anew at every start.
    .setContexts(InteractionContextType.Guild, InteractionContextType.BotDM)
    .setIntegrationTypes(ApplicationIntegrationType.GuildInstall);
  builder.addSubcommand((show) => show.setName('show').setDescription(english.show).setDescriptionLocalizations(inAll('show')));
  builder.addSubcommand((out) => out.setName('opt-out').setDescription(english.optOut).setDescriptionLocalizations(inAll('optOut')));
  builder.addSubcommand((back) => back.setName('opt-in').setDescription(english.optIn).setDescriptionLocalizations(inAll('optIn')));
  return builder;
}

function inAll(word: 'command' | 'show' | 'optOut' | 'optIn'): Partial<Record<Locale, string>> {
  return Object.fromEntries([...TRANSLATIONS].map(([locale, words]) => [locale, words[word]]));
}

/** Each change erases or rewrites: of a guild only so many a day. */
class Changes {
  #day = 0;
  readonly #counts = new Map<string, number>();

  mayChange(guildId: string): boolean {
    const day = Math.floor(Date.now() / DAY_MS);
    if (day !== this.#day) this.#counts.clear();
    this.#day = day;
    const count = (this.#counts.get(guildId) ?? 0) + 1;
    this.#counts.set(guildId, count);
    return count <= CHANGES_A_DAY;
  }
}
