import type { Action, Surface } from './closedLists.ts';

/** An event name, `surface.feature.operation.action`, taken apart. No segment holds a dot. */
export interface EventNameParts {
  /** All but the action: `discord.generator.preset`. */
  readonly operationName: string;
  readonly surface: string;
  readonly feature: string;
  readonly operation: string;
  readonly action: Action;
}

/** The name of an operation, to which each of its events adds its action: `discord.generator.preset`. */
export function operationName(surface: string, feature: string, operation: string): string {
  return `${surface}.${feature}.${operation}`;
}

/** The name of an operation's event: `discord.generator.preset.invoke`. */
export function eventName(operation: string, action: Action): string {
  return `${operation}.${action}`;
}

/** `discord.generator.preset.invoke`, taken apart. */
export function parseEventName(name: string): EventNameParts {
  const [surface = '', feature = '', operation = '', action = 'invoke'] = name.split('.');
  return { operationName: name.slice(0, name.lastIndexOf('.')), surface, feature, operation, action: action as Action };
}

/** What the names of all events of a surface begin with. */
export function surfacePrefix(surface: Surface): string {
  return `${surface}.`;
}
