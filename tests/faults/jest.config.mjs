// The faults take minutes and want the machine to themselves, so `npm test` leaves them out: npm run test:faults.
import { tmpdir } from 'node:os';
import manifest from '../../package.json' with { type: 'json' };

// Disks are what some of the faults are of: in memory, a file can be written by whoever has it open, though it was made read-only.
process.env['TMPDIR'] ??= tmpdir();

export default {
  ...manifest.jest,
  rootDir: '../..',
  testMatch: ['<rootDir>/tests/faults/**/*.test.ts'],
  testPathIgnorePatterns: ['/node_modules/'],
  testTimeout: 90_000,
  maxWorkers: 1,
  verbose: true
};
