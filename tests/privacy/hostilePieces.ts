import { Command, InteractionHandler, InteractionHandlerTypes, Listener, type Piece } from '@sapphire/framework';
import '@sapphire/plugin-api/register';
import { Route } from '@sapphire/plugin-api';
import type { AutocompleteInteraction, ButtonInteraction, Message, ModalSubmitInteraction, StringSelectMenuInteraction } from 'discord.js';
import { endAs } from '../support/hostileUse.ts';
import type { BotRoom } from '../support/raceRoom.ts';

// All that is measured besides commands, one of each kind. Each ends as what was sent to it says.

const handlerOf = (interactionHandlerType: InteractionHandlerTypes) =>
  class extends InteractionHandler {
    constructor(context: InteractionHandler.LoaderContext, options: InteractionHandler.Options) {
      super(context, { ...options, interactionHandlerType });
    }
    // Each kind has its own.
    override run(_interaction: never): unknown {
      throw new TypeError('not reached');
    }
  };

export class Press extends handlerOf(InteractionHandlerTypes.Button) {
  override parse({ customId }: ButtonInteraction) {
    if (customId.startsWith('string')) throw customId;
    return this.some();
  }
  override async run(interaction: ButtonInteraction): Promise<void> {
    endAs(interaction.customId, interaction);
    await interaction.reply('done');
  }
}

export class Choose extends handlerOf(InteractionHandlerTypes.SelectMenu) {
  override async run(interaction: StringSelectMenuInteraction): Promise<void> {
    endAs(interaction.values[0], interaction);
    await interaction.reply('done');
  }
}

export class Submit extends handlerOf(InteractionHandlerTypes.ModalSubmit) {
  override async run(interaction: ModalSubmitInteraction): Promise<void> {
    endAs(interaction.fields.getTextInputValue('text'), interaction);
    await interaction.reply('done');
  }
}

export class Find extends Command {
  override registerApplicationCommands(): void {}
  override async autocompleteRun(interaction: AutocompleteInteraction): Promise<void> {
    endAs(interaction.options.getFocused(), interaction);
    await interaction.respond([]);
  }
}

export class Relay extends Listener {
  constructor(context: Listener.LoaderContext, options: Listener.Options) {
    super(context, { ...options, event: 'messageCreate' });
  }
  override async run(message: Message): Promise<void> {
    endAs(message.content, message);
  }
}

/** What a header holds that was encoded to be sent. */
export const textOf = (header: unknown): string => decodeURIComponent(String(header));

/** Requests that the bot's own code has taken up, by the ids that they carry. */
export const takenUp = new Set<unknown>();

/** Ends as a request says. */
export function endAsAsked(request: { readonly headers: Readonly<Record<string, unknown>> }): void {
  takenUp.add(request.headers['x-id']);
  endAs(textOf(request.headers['x-text']), request);
}

export class Seeds extends Route {
  constructor(context: Route.LoaderContext) {
    super(context, { route: 'seeds/[text]', methods: ['POST'] });
  }
  override run(request: Route.Request, response: Route.Response): void {
    endAsAsked(request);
    response.ok();
  }
}

/** A handler of a race room: the command fails by what it is told, and so does the seed that it rolls. */
export class Racers {
  readonly #room: BotRoom;

  constructor(room: BotRoom) {
    this.#room = room;
  }

  async ex_seed(words: string[]): Promise<void> {
    await this.rollSeed(words.join(' ')).finally(() => this.#room.say('done'));
  }

  async rollSeed(written: string): Promise<void> {
    endAs(written, {});
  }
}

/** Loads the plugin for scheduled tasks and gives its one task here, as a piece. */
export async function loadTask(): Promise<new (context: never) => Piece> {
  const plugin: string = '@sapphire/plugin-scheduled-tasks';
  await import(`${plugin}/register`);
  const { ScheduledTask } = (await import(plugin)) as { ScheduledTask: new (context: never, options: object) => Piece };
  return class extends ScheduledTask {
    constructor(context: never) {
      super(context, { name: 'announce' });
    }
    run(payload: string): void {
      endAs(payload, {});
    }
  };
}
