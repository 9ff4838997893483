import { access } from 'node:fs/promises';
import { describe, expect, test } from '@jest/globals';
import manifest from '../../package.json' with { type: 'json' };
import { inRepository, readDocument } from '../support/repository.ts';

const DOCUMENTS = [
  'README.md',
  'CHANGELOG.md',
  'CONTRIBUTING.md',
  'SECURITY.md',
  'docs/bundling.md',
  'docs/databases.md',
  'docs/guarantees.md',
  'docs/instrumentation.md',
  'docs/metrics.md',
  'docs/performance.md',
  'docs/privacy.md',
  'docs/runbook.md',
  'docs/scale.md'
];
const LONGEST_LINE = 160;

describe.each(DOCUMENTS)('%s', (document) => {
  test('has no line that is too long to be read in a terminal', async () => {
    const lines = (await readDocument(document)).split('\n');
    expect(lines.filter((line) => [...line].length > LONGEST_LINE)).toEqual([]);
  });

  test('names only files and folders that there are', async () => {
    const text = (await readDocument(document)).replaceAll(/^```.*?^```$/gms, '');
    const named = [...text.matchAll(/`((?:src|config|migrations|tests|examples|bench|scripts|docs|\.ci|\.github)\/[\w./-]+)`/g)];
    const linked = [...text.matchAll(/\]\((?!https?:)([^)#]+)/g)].map(([, path = '']) => [undefined, linkFrom(document, path)]);
    const missing = [];
    for (const [, path = ''] of [...named, ...linked])
      if (
        !(await access(inRepository(path)).then(
          () => true,
          () => false
        ))
      )
        missing.push(path);
    expect(missing).toEqual([]);
  });
});

test('docs/bundling.md says what each package that is installed is for', async () => {
  const text = await readDocument('docs/bundling.md');
  const untold = Object.keys(manifest.dependencies).filter((name) => !text.includes(`\`${name.replace(/^@mikro-orm(?!\/core)/, '')}\``));
  expect(untold).toEqual([]);
});

test('the walk of an event in CONTRIBUTING.md names functions where they are', async () => {
  const text = await readDocument('CONTRIBUTING.md');
  const steps = [...text.matchAll(/`(\w+)` \(`(src\/[\w/]+\.ts)`\)/g)].map(([, name = '', file = '']) => ({ name, file }));
  expect(steps.length).toBeGreaterThan(20);
  const lost = [];
  for (const { name, file } of steps) {
    const code = await readDocument(file).catch(() => '');
    if (!new RegExp(String.raw`(?:function|const|class|async|static|readonly|get|^) +#?${name}\b|^  #?${name}[(<]`, 'm').test(code))
      lost.push({ name, file });
  }
  expect(lost).toEqual([]);
});

function linkFrom(document: string, path: string): string {
  const { pathname } = new URL(path, new URL(document, 'file:///'));
  return pathname.slice(1);
}
