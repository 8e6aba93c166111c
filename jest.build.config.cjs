const base = require('./jest.config.cjs');

/** A gateway that runs while its project is built; `npm run test:build`. */
/** @type {import('jest').Config} */
module.exports = {
  ...base,
  roots: ['<rootDir>/test/build'],
  testRegex: '\\.build-spec\\.ts$',
  testTimeout: 900_000,
  maxWorkers: 1,
};
