const base = require('./jest.config.cjs');

/**
 * Syncs whose processes are killed; `npm run test:kill` after `npm run build`. KILL_ROUNDS, KILL_ROWS, KILL_SEED and
 * KILL_KILLS choose other rounds: each seed stands for one round.
 */
/** @type {import('jest').Config} */
module.exports = {
  ...base,
  roots: ['<rootDir>/test/embedded/kill'],
  testRegex: '\\.kill-spec\\.ts$',
  testTimeout: 900_000,
  maxWorkers: 1,
  verbose: true,
};
