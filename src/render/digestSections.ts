import type { UsageReport } from '../reports/usageReport.ts';
import { ERROR_COLUMNS, type Section } from './section.ts';
import { sectionsOf } from './sections.ts';

/** The tables of a digest: what has changed by more than chance, which errors are new, and what nobody used. */
export function digestSections(report: UsageReport): Section[] {
  const all = [...sectionsOf(report), newErrorSection(report)];
  return ['change', 'new_error', 'unused']
    .flatMap((name) => all.filter(({ one }) => one === name))
    .filter(({ rows, ifEmpty }) => rows.length > 0 || ifEmpty !== undefined);
}

/** The error types of the period that the period before did not have; nothing where there is none to compare with. */
function newErrorSection({ errors, previous }: UsageReport): Section {
  const known = new Set(previous?.errors.map(({ errorType }) => errorType));
  const section = { title: 'New errors', one: 'new_error', shown: 'roomy', columns: ERROR_COLUMNS } as const;
  if (previous === null) return { ...section, rows: [] };
  const rows = errors
    .filter(({ errorType }) => !known.has(errorType))
    .map(({ errorType, status, count }) => ({ label: errorType, depth: 0 as const, values: { status, count } }));
  return { ...section, rows, ifEmpty: 'None that the days before did not have.' };
}
