import { container, type Command } from '@sapphire/framework';
import { getOrInsert } from '../../common/getOrInsert.ts';
import type { RunDescription } from '../../events/runDescription.ts';

/** By command and subcommand path: it is asked for at every run, and never changes. */
const known = new WeakMap<Command, Map<string, RunDescription | false>>();

/** What a run of a command is called; `undefined` when it is left out. Every part comes from the code of the bot. */
export function describeCommand(command: Command, path: readonly string[]): RunDescription | undefined {
  let byPath = known.get(command);
  if (byPath === undefined) known.set(command, (byPath = new Map()));
  return getOrInsert(byPath, path.join('/'), () => describe(command, path) ?? false) || undefined;
}

function describe(command: Command, path: readonly string[]): RunDescription | undefined {
  // A command that one can't edit is named in the client options.
  const declared = container.client.options.telemetry?.commands?.[command.name] ?? command.options.telemetry;
  if (declared === false) return undefined;
  const own = declared?.subcommands?.[path.join('/')];
  if (own === false) return undefined;
  return {
    surface: 'discord',
    feature: own?.feature ?? declared?.feature ?? command.category ?? command.name,
    operation: own?.operation ?? declared?.operation ?? [command.name, ...path].join('_'),
    provider: own?.provider ?? declared?.provider
  };
}
