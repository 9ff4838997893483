import { Command, container, Precondition, type Args } from '@sapphire/framework';
import { Subcommand } from '@sapphire/plugin-subcommands';
import { ApplicationCommandType, type ChatInputCommandInteraction, type Message, type UserContextMenuCommandInteraction } from 'discord.js';
import { startBot, type TestBot } from '../../support/bot.ts';

/** Ends as the option `end` says, or the word after the command's name. */
async function endAs(
  end: string | null | undefined,
  trigger: ChatInputCommandInteraction | UserContextMenuCommandInteraction | Message
): Promise<void> {
  if (end === 'throw') throw new TypeError('something broke for @someone');
  if (end === 'timeout') throw new DOMException('The operation timed out', 'TimeoutError');
  if (end === 'answered') container.telemetry.run(trigger).fail('invalid_preset');
  if (end === 'annotated') container.telemetry.run(trigger).annotate({ provider: 'samus.link' });
  await trigger.reply({ content: 'done' });
}

/** In every shape that Sapphire runs. */
class Roll extends Command {
  constructor(context: Command.LoaderContext, options: Command.Options) {
    super(context, { ...options, preconditions: ['RefusesDenied'], fullCategory: ['generator'] });
  }
  override registerApplicationCommands(registry: Command.Registry): void {
    registry.registerChatInputCommand((builder) =>
      builder
        .setName('roll')
        .setDescription('Rolls')
        .addStringOption((end) => end.setName('end').setDescription('How it ends'))
    );
    registry.registerContextMenuCommand({ name: 'roll', type: ApplicationCommandType.User });
  }
  override async chatInputRun(interaction: ChatInputCommandInteraction): Promise<void> {
    await endAs(interaction.options.getString('end'), interaction);
  }
  override async contextMenuRun(interaction: UserContextMenuCommandInteraction): Promise<void> {
    await endAs(interaction.targetUser.username, interaction);
  }
  override async messageRun(message: Message, args: Args): Promise<void> {
    await endAs(args.finished ? null : await args.pick('string'), message);
  }
}

/** `/alttpr preset`, as a generator bot declares it. */
class Alttpr extends Subcommand {
  constructor(context: Subcommand.LoaderContext, options: Subcommand.Options) {
    super(context, {
      ...options,
      telemetry: {
        feature: 'generator',
        provider: 'alttpr',
        subcommands: { preset: { operation: 'preset' }, 'admin/quiet': false }
      },
      subcommands: [
        { name: 'preset', chatInputRun: 'preset', messageRun: 'presetMessage' },
        { name: 'locked', chatInputRun: 'preset', messageRun: 'presetMessage', preconditions: ['RefusesAll'] },
        { name: 'unhandled', messageRun: 'presetMessage' },
        {
          name: 'admin',
          type: 'group',
          entries: [
            { name: 'reset', chatInputRun: 'preset', messageRun: 'presetMessage', preconditions: ['RefusesDenied'] },
            { name: 'quiet', chatInputRun: 'preset' }
          ]
        }
      ]
    });
  }
  override registerApplicationCommands(): void {}
  async preset(interaction: ChatInputCommandInteraction): Promise<void> {
    await endAs(interaction.options.getString('end'), interaction);
  }
  async presetMessage(message: Message, args: Args): Promise<void> {
    await endAs(args.finished ? null : await args.pick('string'), message);
  }
}

/** Subcommands by hand, without a plugin for them. */
class Daily extends Command {
  override registerApplicationCommands(): void {}
  override async chatInputRun(interaction: ChatInputCommandInteraction): Promise<void> {
    await endAs(interaction.options.getSubcommand(), interaction);
  }
}

class Secret extends Command {
  constructor(context: Command.LoaderContext, options: Command.Options) {
    super(context, { ...options, telemetry: false });
  }
  override registerApplicationCommands(): void {}
  override async chatInputRun(interaction: ChatInputCommandInteraction): Promise<void> {
    await interaction.reply('done');
  }
}

class RefusesDenied extends Precondition {
  override chatInputRun(interaction: ChatInputCommandInteraction): Precondition.Result {
    return interaction.options.getString('end') === 'denied' ? this.error({ message: 'no' }) : this.ok();
  }
  override contextMenuRun(interaction: UserContextMenuCommandInteraction): Precondition.Result {
    return interaction.targetUser.username === 'denied' ? this.error({ message: 'no' }) : this.ok();
  }
  override messageRun(message: Message): Precondition.Result {
    return message.content.endsWith('denied') ? this.error({ message: 'no' }) : this.ok();
  }
}

class RefusesAll extends Precondition {
  override chatInputRun(): Precondition.Result {
    return this.error({ identifier: 'preconditionCooldown' });
  }
  override messageRun(): Precondition.Result {
    return this.error({ identifier: 'preconditionCooldown' });
  }
}

declare module '@sapphire/framework' {
  interface Preconditions {
    RefusesDenied: never;
    RefusesAll: never;
  }
}

const commands = { roll: Roll, alttpr: Alttpr, daily: Daily, secret: Secret };
const pieces = [
  { store: 'preconditions', name: 'RefusesDenied', piece: RefusesDenied },
  { store: 'preconditions', name: 'RefusesAll', piece: RefusesAll }
] as const;

/** A bot with commands in every shape: `roll`, `alttpr` with its subcommands, `daily` with subcommands by hand, and `secret`. */
export const startGeneratorBot = ({ pieces: more = [], ...options }: Parameters<typeof startBot>[0] = {}): Promise<TestBot> =>
  startBot({ commands, ...options, pieces: [...pieces, ...more] });
