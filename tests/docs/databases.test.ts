import { expect, test } from '@jest/globals';
import { readSettings } from '../../config/settings.ts';
import { problemsOf } from '../config/problems.ts';
import { readDocument } from '../support/repository.ts';

const text = await readDocument('docs/databases.md');

/** What stands in backticks below a heading, in the lines that `of` finds. */
function codeBelow(heading: string, of = /./): string[] {
  const section = text.split(/^#+ /m).find((one) => one.startsWith(heading)) ?? '';
  const lines = section.split('\n').filter((line) => of.test(line));
  return lines.flatMap((line) => [...line.matchAll(/`([^`]+)`/g)].map(([, code = '']) => code));
}

/** The parameters that an item of the list of URLs names; one that is cut short stands for several. */
function parametersOf(item: string): string[] {
  const [, words = ''] = text.split(item);
  const [first = ''] = words.split(/^- |^#/m, 1);
  return [...first.matchAll(/`(\w+)`/g)].map(([, name = '']) => name);
}

function problemsWith(parameter: string): readonly string[] {
  return problemsOf({ TELEMETRY_DATABASE_URL: `postgresql://bot@db.example/bot?${parameter}=1` });
}

test('each URL that docs/databases.md shows is taken as it is', () => {
  const urls = [...codeBelow('Managed providers'), ...codeBelow('URLs')].filter((code) => /^postgres(ql)?:/.test(code));
  expect(urls.length).toBeGreaterThan(15);
  for (const url of urls) expect(readSettings({ TELEMETRY_DATABASE_URL: url }).databaseUrl).toBe(url);
});

test('each form of TLS that docs/databases.md lists is taken as it is', () => {
  const forms = codeBelow('TLS', /^\| /).filter((code) => /^(ssl|channel|uselibpq)\w*=/.test(code));
  expect(forms.length).toBeGreaterThan(12);
  for (const form of forms) {
    const url = `postgresql://bot@db.example/bot?${form}`;
    expect(readSettings({ TELEMETRY_DATABASE_URL: url }).databaseUrl).toBe(url);
  }
});

test('docs/databases.md says rightly which parameters are ignored and which are refused', () => {
  const [ignored, refused] = [parametersOf('- What changes nothing here is ignored'), parametersOf('- Any other parameter is refused')];
  expect(ignored.length).toBeGreaterThan(10);
  expect(refused.length).toBeGreaterThan(5);
  for (const name of ignored) expect({ name, problems: problemsWith(name) }).toEqual({ name, problems: [] });
  for (const name of refused) expect(problemsWith(name)).toEqual([expect.stringContaining(`the parameter ${name} is not supported`)]);
});
