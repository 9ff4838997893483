import { variables, type Variable } from './variables.ts';

type Variables = typeof variables;

/** The settings, checked and typed. Nothing past this file reads the environment. */
export type Settings = { readonly [Key in keyof Variables]: Variables[Key] extends Variable<infer T> ? T : never };

/** Settings that are wrong: `problems` holds one sentence for each, with its remedy and without its value. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError';
  readonly problems: readonly string[];
  /** Those that are right. */
  readonly valid: Partial<Settings>;

  constructor(problems: readonly string[], valid: Partial<Settings> = {}) {
    super(problems.join('; '));
    this.problems = problems;
    this.valid = valid;
  }
}

/**
 * Reads the settings. A variable that is missing or empty has its default.
 * @throws {SettingsError} naming every wrong variable at once.
 */
export function readSettings(env: Readonly<Record<string, string | undefined>>): Settings {
  const problems: string[] = [];
  const settings: Record<string, unknown> = {};
  for (const [key, { name, remedy, schema, fallback }] of Object.entries<Variable<unknown>>(variables)) {
    const text = env[name]?.trim();
    const value = text === undefined || text === '' ? fallback : text;
    const result = schema.safeParse(value);
    if (result.success) settings[key] = result.data;
    else problems.push(`${name} is not valid: ${typeof remedy === 'string' ? remedy : remedy(value)}`);
  }
  if (settings['enabled'] === true && settings['hashSalt'] === undefined && !env[variables.hashSalt.name]?.trim()) {
    problems.push(`${variables.hashSalt.name} is required when telemetry is enabled: ${variables.hashSalt.remedy}`);
  }
  if (problems.length > 0) throw new SettingsError(problems, settings);
  return settings as Settings;
}

/** The table of settings in Markdown, as the README shows it. */
export function settingsTable(): string {
  const rows = Object.values<Variable<unknown>>(variables).map(
    ({ name, purpose, unit, fallback }) => `| \`${name}\` | ${purpose} | ${unit} | ${fallback === '' ? 'unset' : `\`${fallback}\``} |`
  );
  return ['| variable | what it does | value | default |', '| --- | --- | --- | --- |', ...rows].join('\n');
}
