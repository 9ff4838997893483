'use strict';
// Node's own type stripping keeps every line and column in place, so stack traces need no source maps.
const { stripTypeScriptTypes } = require('node:module');
module.exports = { process: (source) => ({ code: stripTypeScriptTypes(source) }) };
