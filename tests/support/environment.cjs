'use strict';
// Where jest's own modules are, not in the context of a test file: this is done once for each of its processes.
const threads = require('node:worker_threads');
const { TestEnvironment } = require('jest-environment-node');

const PROGRAM = /\/src\/storage\/thread\/storeThread\.ts$/;

/** SQLite's thread, in a bot of the tests, has its program from the bundle that globalSetup.ts made. */
threads.Worker = class Worker extends threads.Worker {
  constructor(program, options) {
    super(PROGRAM.test(program) ? process.env.TEST_STORE_THREAD : program, options);
  }
};

module.exports = TestEnvironment;
