import { InteractionHandler, InteractionHandlerTypes, UserError } from '@sapphire/framework';
import type { ButtonInteraction, ModalSubmitInteraction, StringSelectMenuInteraction } from 'discord.js';
import { startBot, type TestBot } from '../../support/bot.ts';

type Options = InteractionHandler.Options;
type Context = InteractionHandler.LoaderContext;
const { Button, MessageComponent, ModalSubmit, SelectMenu } = InteractionHandlerTypes;

/** A base for handlers of one type, with what they say to telemetry. */
export const handlerOf = (interactionHandlerType: InteractionHandlerTypes, telemetry: Options['telemetry'] = {}) =>
  class extends InteractionHandler {
    constructor(context: Context, options: Options) {
      super(context, { ...options, interactionHandlerType, telemetry });
    }
    override run(_interaction: never): unknown {
      throw new TypeError('Each handler says what it does');
    }
  };

export const broken = new TypeError('the button broke');

/** Ends as its custom id says, which begins with `press`. */
class Press extends handlerOf(Button) {
  override parse({ customId }: ButtonInteraction) {
    if (customId.includes('unreadable')) throw new RangeError(`unreadable ${customId}`);
    return customId.startsWith('press') ? this.some() : this.none();
  }
  override run(interaction: ButtonInteraction): unknown {
    const { customId } = interaction;
    if (customId.includes('at-once')) throw broken;
    return this.#later(interaction);
  }
  async #later(interaction: ButtonInteraction): Promise<void> {
    const { customId } = interaction;
    const { telemetry } = this.container;
    if (customId.includes('throw')) throw broken;
    if (customId.includes('timeout')) throw new DOMException('The operation timed out', 'TimeoutError');
    if (customId.includes('user-error')) throw new UserError({ identifier: 'notFound', message: customId });
    if (customId.includes('answered')) telemetry.run(interaction).fail('invalid_input');
    if (customId.includes('refused')) telemetry.run(interaction).fail('permission_denied');
    if (customId.includes('annotated')) telemetry.run(interaction).annotate({ provider: 'samus.link' });
    await interaction.reply(`pressed ${customId}`);
  }
}

/** Sees every component, and runs beside the one that answers. */
class Audit extends handlerOf(MessageComponent, { feature: 'audit', operation: 'seen' }) {
  override parse({ customId }: ButtonInteraction) {
    return customId.includes('audited') ? this.some() : this.none();
  }
  override async run({ customId }: ButtonInteraction): Promise<void> {
    if (customId.includes('audit-fails')) throw broken;
  }
}

class Choose extends handlerOf(SelectMenu, { feature: 'Fun Stuff', operation: 'pick-game', provider: 'alttpr' }) {
  override async run(interaction: StringSelectMenuInteraction): Promise<void> {
    await interaction.update(`picked ${interaction.values.join()}`);
  }
}

class Submit extends handlerOf(ModalSubmit, { feature: 'asynctournament' }) {
  override async run(interaction: ModalSubmitInteraction): Promise<void> {
    const time = interaction.fields.getTextInputValue('time');
    if (time.includes('throw')) throw new Error(time);
    if (time.includes('fail')) this.container.telemetry.run(interaction).fail(time);
    if (time.includes('annotate')) this.container.telemetry.run(interaction).annotate({ provider: time });
    await interaction.reply('submitted');
  }
}

class Quiet extends handlerOf(Button, false) {
  override parse({ customId }: ButtonInteraction) {
    if (customId.includes('quiet-broken')) throw broken;
    return customId.startsWith('quiet') ? this.some() : this.none();
  }
  override async run(interaction: ButtonInteraction): Promise<void> {
    await interaction.reply('pressed quietly');
  }
}

const pieces = Object.entries({ press: Press, audit: Audit, choose: Choose, submit: Submit, quiet: Quiet }).map(([name, piece]) => ({
  store: 'interaction-handlers' as const,
  name,
  piece
}));

export const quick = { timeoutMs: 400 };

/** A bot with all these handlers, or with the `pieces` that are given instead. */
export const startHandlersBot = (options: Parameters<typeof startBot>[0]): Promise<TestBot> => startBot({ pieces, ...options });

export const press = ({ discord }: TestBot, customId: string) => discord.button({ customId, ...quick });
