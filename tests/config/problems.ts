import { readSettings, SettingsError } from '../../config/settings.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/** What is said of settings that are wrong; nothing of those that are right. */
export function problemsOf(env: Environment): readonly string[] {
  try {
    readSettings(env);
  } catch (error) {
    if (error instanceof SettingsError) return error.problems;
    throw error;
  }
  return [];
}

/** The variables that are told to be wrong. */
export function wrongIn(env: Environment): string[] {
  return problemsOf(env).map((problem) => problem.split(' ', 1)[0] ?? '');
}
