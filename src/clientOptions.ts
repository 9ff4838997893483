import { z } from 'zod';
import { SettingsError } from '../config/settings.ts';
import { SEGMENT } from './events/field.ts';
import { normalize } from './events/names.ts';

/** What an operation is, where it is not what the names of its piece say. */
export interface OperationTelemetry {
  /** Default: a command's category or a task's folder, or its name where it has none; the first part of a route's path. */
  readonly feature?: string;
  /** Default: a command's name and its subcommand path, joined by `_`; a task's name; the other parts of a route's path. */
  readonly operation?: string;
  /** The outside service that is asked. Default: none. */
  readonly provider?: string;
}

/** The `telemetry` option of a command. What it says holds for its subcommands too, unless they say otherwise. */
export interface CommandTelemetry extends OperationTelemetry {
  /** By path: `preset`, or `group/preset`; `false` leaves that one out. */
  readonly subcommands?: Readonly<Record<string, OperationTelemetry | false>>;
}

/** The client option `telemetry`: what only code can say. All else is set by environment variables. */
export interface TelemetryClientOptions {
  /** By command name, for commands that one can't edit; wins over the command's own option. `false` leaves a command out. */
  readonly commands?: Readonly<Record<string, CommandTelemetry | false>> | undefined;
  /** Guilds of which nothing is recorded. */
  readonly excludeGuilds?: readonly string[] | undefined;
  /** Error types of the bot itself, besides those the plugin knows. Beyond 100 that are met, one more becomes `other`. */
  readonly errorTypes?: readonly string[] | undefined;
  /** Decides the error type of an error that the bot knows; `undefined` leaves it to the plugin. */
  readonly classifyError?: ((error: unknown) => string | undefined) | undefined;
  /** Whether autocompletion is measured too. Default: false, since each key that is pressed asks for it. */
  readonly autocomplete?: boolean | undefined;
}

const operation = { feature: z.string().optional(), operation: z.string().optional(), provider: z.string().optional() };
const command = z.strictObject({
  ...operation,
  subcommands: z.record(z.string(), z.strictObject(operation).or(z.literal(false))).optional()
});
const errorType = z.string().refine((type) => SEGMENT.test(normalize(type)));
const schema = z.strictObject({
  commands: z.record(z.string(), command.or(z.literal(false))).optional(),
  excludeGuilds: z.array(z.string()).optional(),
  errorTypes: z.array(errorType).optional(),
  classifyError: z.custom((value) => typeof value === 'function').optional(),
  autocomplete: z.boolean().optional()
});

const REMEDIES: Readonly<Record<string, string>> = {
  commands: 'takes command names with { feature, operation, provider, subcommands } or false',
  excludeGuilds: 'takes a list of guild ids, each a text',
  errorTypes: 'takes a list of names, each of letters, digits and underscores',
  classifyError: 'takes a function from an error to an error type',
  autocomplete: 'takes true or false'
};

/**
 * Checks what a bot gave as its client option `telemetry`: not every bot is written in TypeScript.
 * @throws {SettingsError} naming each part that is wrong, and what it takes.
 */
export function checkClientOptions(options: unknown): void {
  if (options === undefined) return;
  const { error } = schema.safeParse(options);
  if (error === undefined) return;
  const parts = new Set(error.issues.map(({ path: [part] }) => String(part ?? '')));
  throw new SettingsError(
    [...parts].map((part) =>
      Object.hasOwn(REMEDIES, part)
        ? `the client option telemetry.${part} ${REMEDIES[part]}`
        : `the client option telemetry takes ${Object.keys(REMEDIES).join(', ')}, and nothing else`
    )
  );
}
