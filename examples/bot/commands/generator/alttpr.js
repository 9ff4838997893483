import { Subcommand } from '@sapphire/plugin-subcommands';
import { rollSeed } from '../../lib/seeds.js';

const WEIGHTSETS = { balanced: ['open', 'standard', 'inverted'], chaos: ['crosskeys', 'mcshuffle', 'inverted'] };

/** A link to the past: `/alttpr preset` and `/alttpr mystery`. */
export class AlttprCommand extends Subcommand {
  constructor(context, options) {
    super(context, {
      ...options,
      description: 'Rolls a seed of A Link to the Past',
      // Measured as discord.generator.preset.* and discord.generator.mystery.*
      telemetry: {
        feature: 'generator',
        provider: 'alttpr',
        subcommands: { preset: { operation: 'preset' }, mystery: { operation: 'mystery' } }
      },
      subcommands: [
        { name: 'preset', chatInputRun: 'preset' },
        { name: 'mystery', chatInputRun: 'mystery' }
      ]
    });
  }

  registerApplicationCommands(registry) {
    const weightsets = Object.keys(WEIGHTSETS).map((name) => ({ name, value: name }));
    registry.registerChatInputCommand((builder) =>
      builder
        .setName(this.name)
        .setDescription(this.description)
        .addSubcommand((preset) =>
          preset
            .setName('preset')
            .setDescription('Rolls a preset')
            .addStringOption((name) => name.setName('preset').setDescription('As open or crosskeys').setRequired(true))
        )
        .addSubcommand((mystery) =>
          mystery
            .setName('mystery')
            .setDescription('Rolls settings that stay secret')
            .addStringOption((name) => name.setName('weightset').setDescription('How wild').setRequired(true).addChoices(weightsets))
        )
    );
  }

  /** @param {Subcommand.ChatInputCommandInteraction} interaction */
  async preset(interaction) {
    await interaction.deferReply();
    const seed = await rollSeed('alttpr', interaction.options.getString('preset', true));
    if (seed !== null) {
      await interaction.editReply(`Your seed: ${seed}`);
      return;
    }
    // Nothing is thrown, so nobody but this command knows that the run failed.
    this.container.telemetry.run(interaction).fail('invalid_preset');
    await interaction.editReply('There is no such preset. Try open, standard, inverted, crosskeys or mcshuffle.');
  }

  /** @param {Subcommand.ChatInputCommandInteraction} interaction */
  async mystery(interaction) {
    await interaction.deferReply();
    const presets = WEIGHTSETS[interaction.options.getString('weightset', true)];
    const preset = presets[Math.floor(Math.random() * presets.length)];
    await interaction.editReply(`Your mystery seed: ${await rollSeed('alttpr', preset)}`);
  }
}
