import { ComponentType, MessageFlags } from 'discord.js';
import type { APIMessage } from 'discord.js';

const MOST_COMPONENTS = 40;
const MOST_TEXT = 4000;
const MOST_ROWS = 5;
const MOST_IN_ROW = 5;
const MOST_OPTIONS = 25;
const SHOWN = 'attachment://';
const NEEDS_V2 = new Set<unknown>([
  ComponentType.Section,
  ComponentType.TextDisplay,
  ComponentType.Thumbnail,
  ComponentType.MediaGallery,
  ComponentType.File,
  ComponentType.Separator,
  ComponentType.Container
]);

type Fields = Readonly<Record<string, unknown>>;
export type ShownMessage = Pick<APIMessage, 'content' | 'embeds' | 'components' | 'flags' | 'attachments'>;

/** What Discord has against a message that looks so; `undefined` for nothing. */
export function problemOf({ content, embeds, components = [], flags, attachments }: ShownMessage): string | undefined {
  const all = components.flatMap((one) => withInner(fieldsOf(one)));
  return [...(isV2(flags) ? v2Problems({ content, embeds, attachments }, all) : plainProblems(all)), ...controlProblems(all)].at(0);
}

export function isV2(flags: number | undefined): boolean {
  return ((flags ?? 0) & MessageFlags.IsComponentsV2) !== 0;
}

function v2Problems({ content, embeds, attachments }: ShownMessage, all: readonly Fields[]): string[] {
  const text = all.filter(({ type }) => type === ComponentType.TextDisplay).map((one) => one['content']);
  const shown = all.flatMap(mediaOf).filter((url) => url.startsWith(SHOWN));
  const names = attachments.map(({ filename }) => filename);
  return [
    ...ifAny(content !== '' || embeds.length > 0, 'a message of components has neither content nor embeds'),
    ...ifAny(all.length === 0, 'a message of components has at least one'),
    ...ifAny(all.length > MOST_COMPONENTS, `a message has at most ${MOST_COMPONENTS} components`),
    ...ifAny(!text.every((one) => isText(one, MOST_TEXT)), 'a text display has a text'),
    ...ifAny(text.join('').length > MOST_TEXT, `the text of a message has at most ${MOST_TEXT} characters`),
    ...ifAny(!names.every((name) => shown.includes(`${SHOWN}${name}`)), 'every attachment is shown by a component'),
    ...ifAny(!shown.every((url) => names.includes(url.slice(SHOWN.length))), 'a component shows an attachment that there is not')
  ];
}

function plainProblems(all: readonly Fields[]): string[] {
  return [
    ...ifAny(
      all.some(({ type }) => NEEDS_V2.has(type)),
      'components other than rows and their controls need the flag IS_COMPONENTS_V2'
    ),
    ...ifAny(all.filter(({ type }) => type === ComponentType.ActionRow).length > MOST_ROWS, `a message has at most ${MOST_ROWS} rows`)
  ];
}

function controlProblems(all: readonly Fields[]): string[] {
  const ids = all.map((one) => one['custom_id']).filter((id) => id !== undefined);
  const rows = all.filter(({ type }) => type === ComponentType.ActionRow).map((row) => fieldsIn(row['components']));
  const isButton = ({ type }: Fields): boolean => type === ComponentType.Button;
  return [
    ...ifAny(!ids.every((id) => isText(id, 100)), 'a custom_id has 1 to 100 characters'),
    ...ifAny(new Set(ids).size < ids.length, 'a custom_id is unique in its message'),
    ...ifAny(!rows.every((row) => row.length > 0), 'a row holds something'),
    ...ifAny(
      !rows.every((row) => row.length === 1 || (row.length <= MOST_IN_ROW && row.every(isButton))),
      `a row holds one menu, or up to ${MOST_IN_ROW} buttons`
    ),
    ...ifAny(!all.filter(isButton).every(isLabelled), 'a button has a label of 1 to 80 characters, or an emoji'),
    ...all.filter(({ type }) => type === ComponentType.StringSelect).flatMap(menuProblems)
  ];
}

function menuProblems(menu: Fields): string[] {
  const options = fieldsIn(menu['options']);
  const values = options.map(({ value }) => value);
  const isRight = ({ label, value, description }: Fields): boolean =>
    isText(label, 100) && isText(value, 100) && (description === undefined || isText(description, 100));
  return [
    ...ifAny(options.length === 0 || options.length > MOST_OPTIONS, `a menu has 1 to ${MOST_OPTIONS} options`),
    ...ifAny(!options.every(isRight), 'label, value and description of an option have 1 to 100 characters'),
    ...ifAny(new Set(values).size < values.length, 'a value is unique in its menu'),
    ...ifAny(
      options.filter((one) => one['default'] === true).length > Number(menu['max_values'] ?? 1),
      'more options are chosen than may be'
    ),
    ...ifAny(menu['placeholder'] !== undefined && !isText(menu['placeholder'], 150), 'a placeholder has 1 to 150 characters')
  ];
}

function ifAny(isProblem: boolean, problem: string): string[] {
  return isProblem ? [problem] : [];
}

/** A component and all in it: Discord counts each of them. */
function withInner(component: Fields): Fields[] {
  const inner = [...fieldsIn(component['components']), ...fieldsIn([component['accessory']])];
  return [component, ...inner.flatMap(withInner)];
}

function mediaOf(component: Fields): string[] {
  const held = [component, ...fieldsIn(component['items'])].flatMap((one) => fieldsIn([one['media'], one['file']]));
  return held.map(({ url }) => String(url));
}

function isLabelled(button: Fields): boolean {
  return button['emoji'] !== undefined || isText(button['label'], 80);
}

function isText(value: unknown, longest: number): boolean {
  return typeof value === 'string' && value.length > 0 && value.length <= longest;
}

function fieldsIn(values: unknown): Fields[] {
  return Array.isArray(values) ? values.filter((one) => typeof one === 'object' && one !== null).map(fieldsOf) : [];
}

function fieldsOf(value: object): Fields {
  return { ...value };
}
