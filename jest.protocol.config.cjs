const base = require('./jest.config.cjs');

const isPossible = Boolean(process.env.AIRBYTE_PROTOCOL_SCHEMA);
if (!isPossible)
  process.stdout.write(
    "protocol: not run. AIRBYTE_PROTOCOL_SCHEMA does not name a copy of the Airbyte Protocol's schema.\n",
  );

/** The messages of the built-in connectors; `npm run test:protocol` after `npm run build`. */
/** @type {import('jest').Config} */
module.exports = {
  ...base,
  roots: ['<rootDir>/test/embedded/protocol'],
  testRegex: isPossible ? '\\.protocol-spec\\.ts$' : [],
  testMatch: isPossible ? undefined : ['<rootDir>/none'],
  passWithNoTests: true,
  testTimeout: 300_000,
  maxWorkers: 1,
  verbose: true,
};
