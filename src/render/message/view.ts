import { hash } from 'node:crypto';
import { MAX_REPORT_DAYS } from '../../reports/readReport.ts';
import type { OperationUsage, UsageReport } from '../../reports/usageReport.ts';
import { isSurface, type Surface } from '../../schema/closedLists.ts';
import { operationName, type OperationNames } from '../operationSections.ts';

/** The pages of a report, in the order of their buttons. */
export const PAGES = ['overview', 'failures', 'speed', 'unused', 'quality'] as const;
export type Page = (typeof PAGES)[number];

/** What of a report is looked at. */
export interface ReportView {
  readonly page: Page;
  readonly days: number;
  readonly surface: Surface | undefined;
  /** The {@link operationKey} of an operation that is looked into, instead of the page. */
  readonly operation: string | undefined;
}

/** What a control changes of the view that its message shows; `open` shows it in a message of its own. */
export type Control = 'page' | 'days' | 'surface' | 'operation' | 'open';

/** Where every surface is meant. */
export const ALL_SURFACES = 'all';
/** No other component of the bot has an id that begins so. */
const PREFIX = 'sapphire-telemetry:';
const NONE = '-';
const CONTROL = new RegExp(
  `^${PREFIX}(page|days|surface|operation|open):(${PAGES.join('|')}):([1-9]\\d{0,2}):([a-z]+):([0-9a-f]{12}|${NONE})$`
);

/** Whether a component is one of a report's. */
export function isReportControl(customId: string): boolean {
  return customId.startsWith(PREFIX);
}

/** Whether its message stays as it is, and the report is shown in another one. */
export function opensReport(customId: string): boolean {
  return customId.startsWith(`${PREFIX}open:`);
}

/** The id of a control of a message that shows `view`: it works for as long as the message is there. */
export function toCustomId(control: Control, { page, days, surface, operation }: ReportView): string {
  return PREFIX + [control, page, days, surface ?? ALL_SURFACES, operation ?? NONE].join(':');
}

/**
 * What is to be shown after a click on that control, with `chosen` in it where it is a menu.
 * @returns `undefined` where no control has such an id or choice.
 */
export function viewAfter(customId: string, chosen: string | undefined): ReportView | undefined {
  const [, control = '', page, days, surface, operation] = CONTROL.exec(customId) ?? [];
  if (['page', 'open'].includes(control) !== (chosen === undefined)) return undefined;
  const shown = { page, days, surface, operation };
  // An operation belongs to its surface.
  if (control === 'surface') return toView({ ...shown, surface: chosen, operation: NONE });
  return toView(chosen === undefined ? shown : { ...shown, [control]: chosen });
}

function toView({ page, days, surface, operation }: Readonly<Record<keyof ReportView, string | undefined>>): ReportView | undefined {
  const isView = CONTROL.test(`${PREFIX}page:${page}:${days}:${surface}:${operation}`) && Number(days) <= MAX_REPORT_DAYS;
  if (!isView || !(surface === ALL_SURFACES || isSurface(surface))) return undefined;
  return {
    page: page as Page,
    days: Number(days),
    surface: surface === ALL_SURFACES ? undefined : surface,
    operation: operation === NONE ? undefined : operation
  };
}

/** A short name of an operation: its own may be longer than an id of Discord's. */
export function operationKey(operation: OperationNames): string {
  return hash('sha256', operationName(operation)).slice(0, 12);
}

/** The operation of that key; `undefined` where it is none of the report's. */
export function operationOfKey({ features }: UsageReport, key: string | undefined): OperationUsage | undefined {
  return key === undefined ? undefined : features.find((one) => operationKey(one) === key);
}
