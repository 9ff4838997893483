import { ComponentType } from 'discord.js';

/** A component as JSON, and all in it. */
interface Part {
  readonly type: ComponentType;
  readonly content?: string;
  readonly custom_id?: string;
  readonly label?: string;
  readonly style?: number;
  readonly options?: readonly { readonly label: string; readonly value: string; readonly default?: boolean }[];
  readonly items?: readonly { readonly media: { readonly url: string }; readonly description?: string }[];
  readonly components?: readonly Part[];
}

/** Every component of a message, the outer ones first. */
export function partsOf(components: readonly unknown[] = []): Part[] {
  return (components as Part[]).flatMap((one) => [one, ...partsOf(one.components)]);
}

/** All that a message of components says above its controls. */
export function textIn(components: readonly unknown[] = []): string {
  return partsOf(components)
    .filter(({ type }) => type === ComponentType.TextDisplay)
    .map(({ content }) => content)
    .join('\n');
}

/** The buttons and menus of a message. */
export function controlsIn(components: readonly unknown[] = []): (Part & { readonly custom_id: string })[] {
  return partsOf(components).filter((one): one is Part & { readonly custom_id: string } => one.custom_id !== undefined);
}

/** The rows of a table in a message, each by its label. */
export function tableIn(components: readonly unknown[], title: string): Map<string, string[]> {
  const [, table = ''] = new RegExp(`### ${title}\\n\`\`\`\\n([^\`]*)\`\`\``).exec(textIn(components)) ?? [];
  return new Map(
    table
      .trimEnd()
      .split('\n')
      .slice(1)
      .map((line) => line.split(/ {2,}/))
      .map(([label = '', ...cells]) => [label, cells])
  );
}
