import { expect, test } from '@jest/globals';
import { privacyPolicy } from '../../src/schema/privacyPolicy.ts';
import { DONE, runCli } from '../support/runCli.ts';

test('privacy prints the policy without any database', async () => {
  expect(await runCli(['privacy'])).toEqual({ exitCode: DONE, stdout: privacyPolicy(), stderr: '' });
});
