import checkFile from 'eslint-plugin-check-file';
import jest from 'eslint-plugin-jest';
import tseslint from 'typescript-eslint';

export default tseslint.config(
  {
    ignores: [
      '.builds',
      'dist',
      'data',
      'coverage',
      'clients/typescript/dist',
      'clients/typescript/src/schema.ts',
      'test/contract/out',
      'test/contract/tools',
      'test/deployment/tools',
      'test/contract/programs',
    ],
  },
  ...tseslint.configs.strictTypeChecked,
  {
    languageOptions: {
      parserOptions: {
        projectService: {
          allowDefaultProject: [
            '*.cjs',
            '*.mjs',
            'scripts/*.mjs',
            'clients/typescript/*.mjs',
            'test/support/*.cjs',
          ],
        },
        tsconfigRootDir: import.meta.dirname,
      },
    },
    rules: {
      // Nest modules are empty classes that carry a decorator.
      '@typescript-eslint/no-extraneous-class': ['error', { allowWithDecorator: true }],
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true },
      ],
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      '@typescript-eslint/explicit-function-return-type': ['error', { allowExpressions: true }],
      // Answers are plain objects that have the shape of a DTO class; nothing calls methods on them.
      '@typescript-eslint/no-unsafe-class-instance-assignment': 'off',
      'no-console': 'error',
    },
  },
  {
    // The Postgres suites compare in shared code, which the rules about assertions cannot follow.
    files: ['**/*.spec.ts', '**/*-spec.ts'],
    ignores: ['**/*.postgres-spec.ts'],
    ...jest.configs['flat/recommended'],
    rules: {
      ...jest.configs['flat/recommended'].rules,
      // Jest's asymmetric matchers are typed as any.
      '@typescript-eslint/no-unsafe-assignment': 'off',
      'jest/no-standalone-expect': ['error', { additionalTestBlockFunctions: ['beforeAll', 'afterAll'] }],
      'jest/expect-expect': [
        'error',
        { assertFunctionNames: ['expect', 'expect*', 'fc.assert', '**.expect'] },
      ],
    },
  },
  {
    // Kebab-case, with one dot only before a role: `status.controller.ts`, `queue.redis-spec.ts`.
    files: ['{src,test,bench,scripts}/**/*.{ts,tsx,mjs,cjs}'],
    ignores: ['test/contract/programs/**'],
    plugins: { 'check-file': checkFile },
    rules: {
      'check-file/filename-naming-convention': [
        'error',
        {
          '**/*':
            '+([a-z0-9-])?(.@(module|controller|service|dto|pipe|filter|exception|client))?(.@(spec|*-spec|d))',
        },
      ],
      'check-file/folder-naming-convention': ['error', { '{src,test,bench,scripts}/**/': 'KEBAB_CASE' }],
    },
  },
  {
    // Settings are read in one place. The embedded engine hands its connectors an environment of their own.
    files: ['src/**/*.ts'],
    ignores: [
      'src/main.ts',
      'src/demo/**',
      'src/{doctor,notifications}/main.ts',
      'src/backup/main.ts',
      'src/embedded/engine/connector-process.ts',
      'src/embedded/connectors/**',
      'src/embedded/installer/main.ts',
      'src/embedded/protocol/local-root.ts',
      '**/*.spec.ts',
    ],
    rules: { 'no-restricted-properties': ['error', { object: 'process', property: 'env' }] },
  },
  { files: ['**/*.cjs', '**/*.mjs'], ...tseslint.configs.disableTypeChecked },
  {
    files: ['**/*.cjs'],
    rules: {
      '@typescript-eslint/no-require-imports': 'off',
      '@typescript-eslint/explicit-function-return-type': 'off',
    },
  },
  {
    files: ['scripts/**', 'test/contract/upstream/source.mjs'],
    rules: { 'no-console': 'off', '@typescript-eslint/explicit-function-return-type': 'off' },
  },
);
