import { Command, Precondition, type Args } from '@sapphire/framework';
import { Subcommand } from '@sapphire/plugin-subcommands';
import type { ChatInputCommandInteraction, ContextMenuCommandInteraction, Message } from 'discord.js';
import { startBot, type TestBot } from '../support/bot.ts';
import type { TestDatabase } from '../support/databases.ts';
import { endAs } from '../support/hostileUse.ts';

/** Where it is used, and by whom: ids and names that must be found nowhere. */
export const GUILD = { id: '812345678901234567', name: 'zqxj guild' };
export const USER = { id: '812345678912345678', name: 'zqxj user' };

async function end(written: string | null, trigger: ChatInputCommandInteraction | ContextMenuCommandInteraction | Message): Promise<void> {
  endAs(written, trigger);
  await trigger.reply({ content: 'done' });
}

class Roll extends Command {
  constructor(context: Command.LoaderContext, options: Command.Options) {
    super(context, { ...options, preconditions: ['SentinelGate'] });
  }
  override async chatInputRun(interaction: ChatInputCommandInteraction): Promise<void> {
    await end(interaction.options.getString('text'), interaction);
  }
  override async contextMenuRun(interaction: ContextMenuCommandInteraction): Promise<void> {
    if (interaction.isUserContextMenuCommand()) await end(interaction.targetUser.username, interaction);
    if (interaction.isMessageContextMenuCommand()) await end(interaction.targetMessage.content, interaction);
  }
  override async messageRun(message: Message, args: Args): Promise<void> {
    await end(args.finished ? null : await args.rest('string'), message);
  }
}

class Race extends Subcommand {
  constructor(context: Subcommand.LoaderContext, options: Subcommand.Options) {
    super(context, { ...options, subcommands: [{ name: 'open', chatInputRun: 'open', messageRun: 'openMessage' }] });
  }
  async open(interaction: ChatInputCommandInteraction): Promise<void> {
    await end(interaction.options.getString('text'), interaction);
  }
  async openMessage(message: Message): Promise<void> {
    await end(message.content.replace('!race open ', ''), message);
  }
}

class SentinelGate extends Precondition {
  override chatInputRun({ options }: ChatInputCommandInteraction): Precondition.Result {
    const text = options.getString('text') ?? '';
    return text.startsWith('deny') ? this.error({ identifier: text, message: text, context: { user: USER } }) : this.ok();
  }
  override contextMenuRun(): Precondition.Result {
    return this.ok();
  }
  override messageRun(): Precondition.Result {
    return this.ok();
  }
}

declare module '@sapphire/framework' {
  interface Preconditions {
    SentinelGate: never;
  }
}

/** A bot whose commands meet what is written to them in every way that they can be used. */
export const startSentinelBot = (database: TestDatabase, env: Readonly<Record<string, string>> = {}): Promise<TestBot> =>
  startBot({
    database,
    env,
    commands: { roll: Roll, race: Race },
    pieces: [{ store: 'preconditions', name: 'SentinelGate', piece: SentinelGate }],
    discord: { guilds: [GUILD] }
  });
