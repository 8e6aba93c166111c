const base = require('./jest.config.cjs');

/** The chart and what else a deployment needs, with the tools of `scripts/install-deployment-tools.mjs`, Redis and nginx. */
/** @type {import('jest').Config} */
module.exports = {
  ...base,
  roots: ['<rootDir>/test/deployment'],
  testRegex: '\\.deployment-spec\\.ts$',
  modulePathIgnorePatterns: ['<rootDir>/test/deployment/tools'],
  maxWorkers: 1,
};
