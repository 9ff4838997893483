import type { AlertNotice } from '../alerts/alertNotice.ts';
import { plural, share } from '../render/format.ts';
import { openButton } from '../render/message/controls.ts';
import { operationKey, type ReportView } from '../render/message/view.ts';
import type { NoticeMessage } from './post.ts';

const MOST_ERRORS = 2;
const DAYS = 7;

/** What is told of an alert or a recovery, with a button that opens the report on it. */
export function alertMessage(notice: AlertNotice): NoticeMessage {
  return {
    body: { content: notice.kind === 'alert' ? alertText(notice) : recoveryText(notice), components: [openButton(viewOf(notice))] }
  };
}

function alertText(notice: AlertNotice): string {
  const errors = notice.errors.slice(0, MOST_ERRORS).map((errorType) => `\`${errorType}\``);
  return `⚠️ **${subject(notice)} fails more than before**\n${figures(notice)} Most often: ${errors.join(', ')}.`;
}

function recoveryText(notice: AlertNotice): string {
  return `✅ **${subject(notice)} is well again**\n${figures(notice)}`;
}

function subject({ name, provider }: AlertNotice): string {
  return provider === null ? `\`${name}\`` : `Provider \`${provider}\``;
}

function figures({ runs, failures, before }: AlertNotice): string {
  return `${share(failures / runs)} of its last ${plural(runs, 'run')} failed, ${share(before)} in the ${DAYS} days before.`;
}

function viewOf({ operation }: AlertNotice): ReportView {
  const key = operation === null ? undefined : operationKey({ ...operation, operation: operation.name });
  return { page: 'failures', days: DAYS, surface: undefined, operation: key };
}
