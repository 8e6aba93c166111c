const base = require('./jest.config.cjs');

/** The tests that need a redis-server; `npm run test:redis` after `npm run build`. */
/** @type {import('jest').Config} */
module.exports = {
  ...base,
  roots: ['<rootDir>/test/redis'],
  testRegex: '\\.redis-spec\\.ts$',
  testTimeout: 60_000,
  maxWorkers: 1,
};
