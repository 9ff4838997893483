import {
  ButtonStyle,
  ComponentType,
  type APIActionRowComponent,
  type APIComponentInMessageActionRow,
  type APISelectMenuOption
} from 'discord.js';
import type { OperationUsage, UsageReport } from '../../reports/usageReport.ts';
import { SURFACES } from '../../schema/closedLists.ts';
import { clip } from '../columns.ts';
import { plural, rate } from '../format.ts';
import { operationName, type OperationNames } from '../operationSections.ts';
import { ALL_SURFACES, operationKey, PAGES, toCustomId, type Control, type Page, type ReportView } from './view.ts';

/** A row of controls. */
export type Row = APIActionRowComponent<APIComponentInMessageActionRow>;

/** Days to choose from, as far as they are kept. */
const PERIODS = [1, 7, 14, 30, 90] as const;
/** Discord takes so many options in a menu, and so many characters in each. */
const MOST_OPTIONS = 25;
const OPTION_LENGTH = 100;

const PAGE_LABELS: Readonly<Record<Page, string>> = {
  overview: 'Overview',
  failures: 'Failures',
  speed: 'Speed',
  unused: 'Unused',
  quality: 'Quality'
};

/** The buttons and menus below what is shown of a report, each of which leads to another view of it. */
export function controls(report: UsageReport, view: ReportView, retentionDays: number): Row[] {
  return [
    row(
      PAGES.map((page) => ({
        type: ComponentType.Button,
        style: page === view.page && view.operation === undefined ? ButtonStyle.Primary : ButtonStyle.Secondary,
        label: PAGE_LABELS[page],
        custom_id: toCustomId('page', { ...view, page, operation: undefined })
      }))
    ),
    menu('days', view, 'Period', periodOptions(view, retentionDays)),
    menu('surface', view, 'Surface', surfaceOptions(view)),
    ...(report.features.length === 0 ? [] : [menu('operation', view, 'Look into an operation', operationOptions(report, view))])
  ];
}

/** A button that shows a view of the report in a message of its own. */
export function openButton(view: ReportView): Row {
  return row([{ type: ComponentType.Button, style: ButtonStyle.Primary, label: 'Open the report', custom_id: toCustomId('open', view) }]);
}

function row(components: APIComponentInMessageActionRow[]): Row {
  return { type: ComponentType.ActionRow, components };
}

function menu(control: Control, view: ReportView, placeholder: string, options: APISelectMenuOption[]): Row {
  return row([{ type: ComponentType.StringSelect, custom_id: toCustomId(control, view), placeholder, options }]);
}

/** That of the view is among them, whatever it is. */
function periodOptions({ days }: ReportView, retentionDays: number): APISelectMenuOption[] {
  const kept = PERIODS.filter((period) => period <= retentionDays);
  const all = [...new Set([...kept, days])].toSorted((a, b) => a - b);
  return all.map((period) => ({
    label: period === 1 ? 'Yesterday' : `${plural(period, 'day')} up to yesterday`,
    value: String(period),
    default: period === days
  }));
}

function surfaceOptions({ surface }: ReportView): APISelectMenuOption[] {
  return [
    { label: 'All surfaces', value: ALL_SURFACES, default: surface === undefined },
    ...SURFACES.map((one) => ({ label: `Only ${one}`, value: one, default: one === surface }))
  ];
}

/** The most used, and that of the view, if it is none of them, in the place of the last. */
function operationOptions({ features }: UsageReport, { operation }: ReportView): APISelectMenuOption[] {
  const isLooked = (one: OperationUsage): boolean => operation !== undefined && operationKey(one) === operation;
  const most = features.slice(0, MOST_OPTIONS);
  const looked = features.slice(MOST_OPTIONS).find(isLooked);
  const shown = looked === undefined ? most : [...most.slice(0, -1), looked];
  return shown.map((one) => ({
    label: optionLabel(one),
    value: operationKey(one),
    description: `${plural(one.invokes, 'run')}, ${rate(one)} succeeded`,
    default: isLooked(one)
  }));
}

/** What Discord shows of an operation that can be chosen. */
export function optionLabel(operation: OperationNames): string {
  return clip(operationName(operation), OPTION_LENGTH, ({ length }) => length);
}
