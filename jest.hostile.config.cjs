const base = require('./jest.config.cjs');

/** A hostile caller beside an honest one; `npm run test:hostile` after `npm run build`. */
/** @type {import('jest').Config} */
module.exports = {
  ...base,
  roots: ['<rootDir>/test/hostile'],
  testRegex: '\\.hostile-spec\\.ts$',
  maxWorkers: 1,
};
