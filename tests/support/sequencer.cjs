'use strict';
const { default: Sequencer } = require('@jest/test-sequencer');

/** Files that are small, and take long. */
const LONG = /\/(?:package\/|cli\/|alerts\/quietMonth|render\/embed|commands\/registration|storage\/processes|pipeline\/sampling)/;

/** On a machine that has not run them yet, jest would begin with the largest files: in the end one of its processes would wait for these. */
module.exports = class LongestFirst extends Sequencer {
  sort(tests) {
    // oxlint-disable-next-line unicorn/no-array-sort -- no array's
    const sorted = super.sort(tests);
    return [...sorted.filter(({ path }) => LONG.test(path)), ...sorted.filter(({ path }) => !LONG.test(path))];
  }
};
