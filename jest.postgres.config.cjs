const base = require('./jest.config.cjs');

/** The tests that need a Postgres server; `npm run test:postgres` after `npm run build`. */
/** @type {import('jest').Config} */
module.exports = {
  ...base,
  roots: ['<rootDir>/test/postgres'],
  testRegex: '\\.postgres-spec\\.ts$',
  testTimeout: 120_000,
};
