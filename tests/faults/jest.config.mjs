// The faults take minutes and want the machine to themselves, so `npm test` leaves them out: npm run test:faults.
import manifest from '../../package.json' with { type: 'json' };

export default {
  ...manifest.jest,
  rootDir: '../..',
  testMatch: ['<rootDir>/tests/faults/**/*.test.ts'],
  testPathIgnorePatterns: ['/node_modules/'],
  testTimeout: 90_000,
  maxWorkers: 1,
  verbose: true
};
