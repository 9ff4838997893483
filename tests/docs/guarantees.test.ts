import { expect, test } from '@jest/globals';
import { readDocument } from '../support/repository.ts';
import { codeOf, namedTests } from '../support/testTitles.ts';

test.each(['docs/guarantees.md', 'docs/instrumentation.md'])('every test that %s names is there', async (document) => {
  const text = await readDocument(document);
  const named = namedTests(text);
  // Each line with a test and its title was read: none is misspelt so that it goes unnoticed.
  expect(named).toHaveLength(text.split('\n').filter((line) => /^- (\*\*Test:\*\* )?`tests\//.test(line)).length);
  expect(named.length).toBeGreaterThan(10);
  const missing = [];
  for (const one of named) if ((await codeOf(one)) === '') missing.push(one);
  expect(missing).toEqual([]);
});

test('every guarantee has a test, and says how it was broken', async () => {
  const guarantees = (await readDocument('docs/guarantees.md')).split(/^## /m).slice(1);
  for (const guarantee of guarantees) {
    const [heading = ''] = guarantee.split('\n', 1);
    if (heading === 'What is not guaranteed') continue;
    expect({ heading, tests: namedTests(guarantee).length }).not.toEqual({
      heading,
      tests: 0
    });
    // Of the faults all were broken together.
    const isBroken = heading === 'The same under real faults' || !/^- `tests\/.*\n(?! {2}- (fails|plants) )/m.test(guarantee);
    expect({ heading, isBroken }).toEqual({ heading, isBroken: true });
  }
});
