import type { Command } from '@sapphire/framework';
import { container } from '@sapphire/framework';
import type { Source } from '../../service.ts';

type Path = readonly string[];
type NamedSource = Omit<Source, 'guildId'>;

const known = new WeakMap<Command, Map<string, NamedSource | undefined>>();

/** What a command run is called; `undefined` when it is left out. Every part comes from the code of the bot. */
export function sourceOf(command: Command, path: Path): NamedSource | undefined {
  const sources = known.get(command) ?? new Map<string, NamedSource | undefined>();
  known.set(command, sources);
  const key = path.join('/');
  if (!sources.has(key)) sources.set(key, makeSource(command, path));
  return sources.get(key);
}

function makeSource(command: Command, path: Path): NamedSource | undefined {
  // A command that one can't edit is named in the client options.
  const declared = container.client.options.telemetry?.commands?.[command.name] ?? command.options.telemetry;
  if (declared === false) return undefined;
  const own = declared?.subcommands?.[path.join('/')];
  if (own === false) return undefined;
  return {
    feature: own?.feature ?? declared?.feature ?? command.category ?? command.name,
    operation: own?.operation ?? declared?.operation ?? [command.name, ...path].join('_'),
    provider: own?.provider ?? declared?.provider
  };
}
