const { compilerOptions } = require('./tsconfig.json');

// One file at a time, which is many times faster (`npm run typecheck` checks the types), and as plain CommonJS:
// Jest cannot run the native import() that nodenext leaves in place.
const forTests = {
  ...compilerOptions,
  noEmit: false,
  module: 'commonjs',
  moduleResolution: 'node10',
  esModuleInterop: true,
  isolatedModules: true,
};

/** @type {import('jest').Config} */
module.exports = {
  testEnvironment: 'node',
  roots: ['<rootDir>/src', '<rootDir>/test'],
  modulePathIgnorePatterns: ['<rootDir>/test/(contract/(out|tools|programs)|deployment/tools)'],
  testRegex: '\\.(spec|e2e-spec)\\.ts$',
  moduleFileExtensions: ['ts', 'js', 'json'],
  // `./x.js` in a dynamic import is `./x.ts` here.
  moduleNameMapper: {
    '^(\\.{1,2}/.*)\\.js$': '$1',
    '^@airbyte-ingestion/client$': '<rootDir>/clients/typescript/src/index.ts',
  },
  transform: { '^.+\\.ts$': ['ts-jest', { tsconfig: forTests }] },
  // For `npm run coverage`. Code that runs in processes of its own, such as the connectors of a sync, is not counted.
  coverageProvider: 'v8',
  collectCoverageFrom: ['src/**/*.ts', '!src/**/*.spec.ts'],
  coverageReporters: ['text-summary', 'html'],
  globalSetup: '<rootDir>/test/support/contract-setup.ts',
  globalTeardown: '<rootDir>/test/support/contract-teardown.ts',
  // Only stops a test that hangs. A busy machine needs several times as long as a quiet one.
  testTimeout: 120_000,
  testSequencer: '<rootDir>/test/support/longest-first.cjs',
  maxWorkers: 2,
  // A worker keeps parts of every suite that it has run.
  workerIdleMemoryLimit: '1500MB',
  // It has to give back that memory when it ends. With the default of 500 ms, a busy machine reports a leak that is none.
  workerGracefulExitTimeout: 10_000,
};
