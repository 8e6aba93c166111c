const { compilerOptions } = require('./tsconfig.json');

/** @type {import('jest').Config} */
module.exports = {
  testEnvironment: 'node',
  roots: ['<rootDir>/src', '<rootDir>/test'],
  testRegex: '\\.(spec|e2e-spec)\\.ts$',
  moduleFileExtensions: ['ts', 'js', 'json'],
  // `./x.js` in a dynamic import is `./x.ts` here.
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  // One file at a time, which is many times faster; `npm run typecheck` checks the types.
  transform: { '^.+\\.ts$': ['ts-jest', { tsconfig: { ...compilerOptions, noEmit: false, isolatedModules: true } }] },
  testTimeout: 30_000,
  maxWorkers: 2,
};
