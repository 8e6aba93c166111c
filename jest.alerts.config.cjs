const base = require('./jest.config.cjs');

/**
 * The rules of `deploy/alerts` and the dashboard of `deploy/grafana`, with Prometheus and Alertmanager of this machine;
 * `npm run test:alerts` after `npm run build`.
 */
/** @type {import('jest').Config} */
module.exports = {
  ...base,
  roots: ['<rootDir>/test/alerts'],
  testRegex: '\\.alerts-spec\\.ts$',
  testTimeout: 120_000,
  maxWorkers: 1,
  verbose: true,
};
