import { z } from 'zod';
import { SettingsError } from '../../config/settings.ts';
import type { ErrorMatcher } from '../errors/declaredErrors.ts';
import type { ClassifyError } from '../errors/errorClassifier.ts';
import { normalize } from '../events/codeName.ts';
import type { DeclaredNames } from '../events/runDescription.ts';
import { isMeter, type Meter } from '../metrics/meter.ts';
import { SEGMENT } from '../schema/patterns.ts';

/** The `telemetry` option of a command. What it says holds for its subcommands too, unless they say otherwise. */
export interface CommandNames extends DeclaredNames {
  /**
   * By path: `preset`, or `group/preset`; `false` leaves that one out.
   * @example subcommands: { preset: { operation: 'preset' }, 'admin/reset': false }
   */
  readonly subcommands?: Readonly<Record<string, DeclaredNames | false>>;
}

/** The client option `telemetry`: what only code can say. All else is set by environment variables. */
export interface TelemetryClientOptions {
  /**
   * By command name, for commands that one can't edit; wins over the command's own option. `false` leaves a command out.
   * @example commands: { ping: false, alttpr: { feature: 'generator' } }
   */
  readonly commands?: Readonly<Record<string, CommandNames | false>> | undefined;
  /** Ids of guilds of which nothing is recorded. Default: none. */
  readonly excludeGuilds?: readonly string[] | undefined;
  /**
   * Error types of the bot itself, besides those the plugin knows: a class of errors, a function that returns true for them, or `true` for a type
   * that `fail` names, or the identifier of a Sapphire UserError. Beyond 100 that are met, one more becomes `other`.
   * @example errorTypes: { race_full: RaceFullError, stale: (error) => error instanceof RangeError, seed_missing: true }
   */
  readonly errorTypes?: Readonly<Record<string, ErrorMatcher>> | undefined;
  /** Decides the error type of errors that `errorTypes` does not match; `undefined` leaves it to the plugin. */
  readonly classifyError?: ClassifyError | undefined;
  /** Whether autocompletion is measured too. Default: false, since each key that is pressed asks for it. */
  readonly autocomplete?: boolean | undefined;
  /**
   * A Meter of OpenTelemetry's, which each run that ends is handed to, whatever the sampling, with its duration and without its guild: see
   * docs/metrics.md. Default: none.
   * @example meter: meterProvider.getMeter('bot')
   */
  readonly meter?: Meter | undefined;
}

const names = { feature: z.string().optional(), operation: z.string().optional(), provider: z.string().optional() };
const command = z.strictObject({
  ...names,
  subcommands: z.record(z.string(), z.strictObject(names).or(z.literal(false))).optional()
});
const isFunction = (value: unknown): boolean => typeof value === 'function';

/** Each option, with what it takes. */
const OPTIONS = {
  commands: {
    schema: z.record(z.string(), command.or(z.literal(false))),
    takes: 'an object from command names to { feature, operation, provider, subcommands } or false'
  },
  excludeGuilds: { schema: z.array(z.string()), takes: 'an array of guild ID strings' },
  errorTypes: {
    schema: z.record(
      z.string().refine((type) => SEGMENT.test(normalize(type))),
      z.custom((value) => value === true || isFunction(value))
    ),
    takes: 'an object from names (letters, digits and underscores) to an error class, a function from an error to a boolean, or true'
  },
  classifyError: { schema: z.custom(isFunction), takes: 'a function from an error to an error type' },
  autocomplete: { schema: z.boolean(), takes: 'true or false' },
  meter: { schema: z.custom(isMeter), takes: 'a Meter of @opentelemetry/api, as meterProvider.getMeter() gives it' }
} as const satisfies Record<keyof TelemetryClientOptions, { readonly schema: z.ZodType; readonly takes: string }>;

/**
 * Checks what a bot gave as its client option `telemetry`: not every bot is written in TypeScript.
 * @throws {SettingsError} naming each option that is wrong, and what it takes.
 */
export function checkClientOptions(options: unknown): void {
  const schemas = Object.entries(OPTIONS).map(([name, option]) => [name, option.schema.optional()]);
  const { error } = z.strictObject(Object.fromEntries(schemas)).safeParse(options);
  if (error === undefined) return;
  const wrong = new Set(error.issues.map(({ path: [name] }) => String(name ?? '')));
  throw new SettingsError(
    [...wrong].map((name) =>
      Object.hasOwn(OPTIONS, name)
        ? `the client option telemetry.${name} must be ${OPTIONS[name as keyof typeof OPTIONS].takes}`
        : `the client option telemetry takes ${Object.keys(OPTIONS).join(', ')}, and nothing else`
    )
  );
}

/**
 * What two clients of one process say: what either leaves out is left out, and where they differ the later one holds. Both must be checked.
 */
export function mergeClientOptions(earlier: TelemetryClientOptions = {}, later: TelemetryClientOptions = {}): TelemetryClientOptions {
  return {
    commands: { ...earlier.commands, ...later.commands },
    excludeGuilds: [...(earlier.excludeGuilds ?? []), ...(later.excludeGuilds ?? [])],
    errorTypes: { ...earlier.errorTypes, ...later.errorTypes },
    classifyError: later.classifyError ?? earlier.classifyError,
    autocomplete: later.autocomplete ?? earlier.autocomplete,
    meter: later.meter ?? earlier.meter
  };
}
