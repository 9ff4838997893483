import { expect, test } from '@jest/globals';
import { allTables, migrationsTable } from '../../src/schema/dictionary.ts';
import type { Table } from '../../src/schema/field.ts';
import { privacyPolicy } from '../../src/schema/privacyPolicy.ts';
import { readDocument } from '../support/repository.ts';

test('the privacy policy names every table and column with its purpose, and is what docs/privacy.md holds', async () => {
  const policy = privacyPolicy();
  for (const { column, purpose } of Object.values<Table>(allTables).flatMap(({ fields }) => Object.values(fields)))
    expect(policy).toContain(`\n- \`${column}\`: ${purpose}\n`);
  for (const { name, purpose } of [...Object.values(allTables), migrationsTable]) {
    expect(policy).toContain(name);
    expect(policy).toContain(purpose);
  }
  expect(await readDocument('docs/privacy.md')).toBe(policy);
  expect(policy.split('\n').filter((line) => line.length > 160)).toEqual([]);
});
