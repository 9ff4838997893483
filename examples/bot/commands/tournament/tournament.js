import { UserError } from '@sapphire/framework';
import { Subcommand } from '@sapphire/plugin-subcommands';
import { ActionRowBuilder, ButtonBuilder, ButtonStyle } from 'discord.js';
import { BUTTONS } from '../../lib/asynctournament.js';
import { tournaments } from '../../lib/tournaments.js';

/** Says nothing of telemetry, and is measured all the same: discord.tournament.tournament_create.*, after its folder, name and subcommand. */
export class TournamentCommand extends Subcommand {
  constructor(context, options) {
    super(context, {
      ...options,
      description: 'Tournaments of this server',
      subcommands: [
        // Who may not is denied before the subcommand runs, which is measured too.
        { name: 'create', chatInputRun: 'create', requiredUserPermissions: ['ManageEvents'] },
        { name: 'join', chatInputRun: 'join' }
      ]
    });
  }

  registerApplicationCommands(registry) {
    registry.registerChatInputCommand((builder) =>
      builder
        .setName(this.name)
        .setDescription(this.description)
        .addSubcommand((create) =>
          create
            .setName('create')
            .setDescription('Opens a tournament')
            .addStringOption((name) => name.setName('name').setDescription('What it is called').setMaxLength(50).setRequired(true))
        )
        .addSubcommand((join) => join.setName('join').setDescription('Joins the tournament of this server'))
    );
  }

  /** @param {Subcommand.ChatInputCommandInteraction} interaction */
  async create(interaction) {
    const name = interaction.options.getString('name', true);
    tournaments.set(interaction.guildId, { name, racers: new Set() });
    await interaction.reply(`${name} is open: join it with /tournament join`);
  }

  /** @param {Subcommand.ChatInputCommandInteraction} interaction */
  async join(interaction) {
    const tournament = tournaments.get(interaction.guildId);
    if (tournament === undefined) throw new UserError({ identifier: 'notFound', message: 'There is no tournament in this server yet.' });
    tournament.racers.add(interaction.user.id);
    const start = new ButtonBuilder().setCustomId(BUTTONS.start).setLabel('Start my run').setStyle(ButtonStyle.Primary);
    const components = [new ActionRowBuilder().addComponents(start)];
    await interaction.reply({ content: `You are racer ${tournament.racers.size} of ${tournament.name}.`, components });
  }
}
