const base = require('./jest.config.cjs');

/** The web page in Chromium; `npm run test:page` after `npm run build`. */
/** @type {import('jest').Config} */
module.exports = {
  ...base,
  roots: ['<rootDir>/test/page'],
  testRegex: '\\.page-spec\\.ts$',
  testTimeout: 120_000,
};
