/** Where a run took place. */
export const SURFACES = ['discord', 'racetime', 'api'] as const;
/** The stages of a run. Every invoke has one success or one failure. */
export const ACTIONS = ['invoke', 'success', 'failure'] as const;
/** How a run ended. */
export const STATUSES = ['ok', 'error', 'timeout', 'denied'] as const;
/** Why an event was lost. */
export const LOSS_REASONS = ['queue_full', 'refused', 'unwritten'] as const;

/** What the bot writes to its owner about. */
export const NOTICE_KINDS = ['alert', 'recovery', 'digest'] as const;

export type Surface = (typeof SURFACES)[number];
export type Action = (typeof ACTIONS)[number];
export type Status = (typeof STATUSES)[number];
export type LossReason = (typeof LOSS_REASONS)[number];
export type NoticeKind = (typeof NOTICE_KINDS)[number];

/** Whether a text is the name of a surface. */
export function isSurface(text: unknown): text is Surface {
  return SURFACES.includes(text as Surface);
}
