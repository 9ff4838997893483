// Copied into each build as it stands: a bundler that reads this takes node-cron's module for `require`.
module.exports = require('node-cron');
