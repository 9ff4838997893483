import { container } from '@sapphire/framework';
import { MessageFlags, type MessageComponentInteraction } from 'discord.js';
import type { ThrottledLogger } from '../logging/throttledLogger.ts';
import { isReportControl, opensReport, viewAfter } from '../render/message/view.ts';
import { sentenceOf } from './answers.ts';
import { REFUSAL, type Owners } from './owners.ts';
import { reportMessage } from './reportMessage.ts';
import { takeUp } from './takeUp.ts';

/** Who looks from page to page looks at one report for so long. */
const CLICKED_MAX_AGE_MS = 30_000;
const UNKNOWN_CONTROL = 'This message is from another version of the bot: ask for a new report.';

/**
 * Answers clicks on the controls of reports. They are kept from the interaction handlers of the bot: one of these that takes whatever is clicked would
 * answer as well, and be measured.
 */
export function answerClicks(owners: Owners, log: ThrottledLogger): void {
  const handlers = container.stores.get('interaction-handlers');
  const run = handlers.run.bind(handlers);
  handlers.run = async (interaction) => {
    if (!interaction.isMessageComponent() || !isReportControl(interaction.customId)) return run(interaction);
    try {
      await answerClick(interaction, owners);
    } catch (error) {
      log.warn('click', `Telemetry: a click in a report could not be answered: ${String(error)}`);
    }
    return true;
  };
}

async function answerClick(interaction: MessageComponentInteraction, owners: Owners): Promise<void> {
  const defer = (): Promise<unknown> =>
    opensReport(interaction.customId) ? interaction.deferReply({ flags: MessageFlags.Ephemeral }) : interaction.deferUpdate();
  if (!(await takeUp(defer))) return;
  // What can't be shown is said beside the message, which stays as it was, with its controls.
  const say = (content: string): Promise<unknown> => interaction.followUp({ content, flags: MessageFlags.Ephemeral });
  if (!(await owners.include(interaction.user.id))) return void (await say(REFUSAL));
  const view = viewAfter(interaction.customId, interaction.isStringSelectMenu() ? interaction.values[0] : undefined);
  if (view === undefined) return void (await say(UNKNOWN_CONTROL));
  try {
    const report = await container.telemetry.report({ days: view.days, surface: view.surface, maxAgeMs: CLICKED_MAX_AGE_MS });
    await interaction.editReply(await reportMessage(report, view));
  } catch (error) {
    const sentence = sentenceOf(error);
    if (sentence === undefined) throw error;
    await say(sentence);
  }
}
