import { container } from '@sapphire/framework';
import type { ApplicationCommandOptionChoiceData, AutocompleteInteraction } from 'discord.js';
import { withDeadline } from '../common/deadline.ts';
import { optionLabel } from '../render/message/controls.ts';
import { operationKey } from '../render/message/view.ts';
import { operationName } from '../render/operationSections.ts';
import { DEFAULT_REPORT_DAYS } from '../reports/readReport.ts';
import type { Surface } from '../schema/closedLists.ts';
import type { Owners } from './owners.ts';

/** As many as Discord takes. */
const MOST_CHOICES = 25;
/** What is offered may be so old: Discord asks at each letter. */
const MAX_AGE_MS = 60_000;
/** Discord waits three seconds, and this answer can't be deferred. */
const DEADLINE_MS = 2_000;

/** The operations that an owner may mean by what they have written so far, the most used first; nothing for others, or while there is no report. */
export async function completions(interaction: AutocompleteInteraction, owners: Owners): Promise<ApplicationCommandOptionChoiceData[]> {
  return (await withDeadline(search(interaction, owners), DEADLINE_MS).catch(() => undefined)) ?? [];
}

async function search({ options, user }: AutocompleteInteraction, owners: Owners): Promise<ApplicationCommandOptionChoiceData[]> {
  if (!(await owners.include(user.id))) return [];
  const report = await container.telemetry.report({
    days: (options.get('days')?.value ?? DEFAULT_REPORT_DAYS) as number,
    surface: options.get('surface')?.value as Surface | undefined,
    maxAgeMs: MAX_AGE_MS
  });
  const words = options.getFocused().toLowerCase().split(/\s+/);
  return report.features
    .filter((one) => words.every((word) => operationName(one).includes(word)))
    .slice(0, MOST_CHOICES)
    .map((one) => ({ name: optionLabel(one), value: operationKey(one) }));
}
