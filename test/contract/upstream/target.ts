import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isJson, type Json, textAt } from './json';
import { startProgram } from './program';

/** Modes that a stream of the quick source supports. */
export interface StreamChoice {
  readonly name: string;
  readonly namespace?: string;
  readonly cursorField: readonly string[];
  readonly primaryKey: readonly (readonly string[])[];
}

/** The Airbyte that is held against its description, and what can be made there without touching anybody's data. */
export interface Target {
  readonly apiUrl: string;
  readonly isEmbedded: boolean;
  /** Settings with which the gateway signs in there. */
  readonly settings: Readonly<Record<string, string>>;
  /** Configurations of a source that is soon done and of one that is not. */
  readonly quickSource: Json;
  readonly slowSource: Json;
  /** One whose syncs fail; null where none can be had. */
  readonly failingSource: Json | null;
  readonly destination: Json;
  readonly stream: StreamChoice;
  close(): Promise<void>;
}

const CREDENTIALS = [
  'AIRBYTE_CLIENT_ID',
  'AIRBYTE_CLIENT_SECRET',
  'AIRBYTE_TOKEN',
  'AIRBYTE_USERNAME',
  'AIRBYTE_PASSWORD',
  'AIRBYTE_WORKSPACE_ID',
];

/** The Airbyte that the settings name, where made-up people go nowhere. */
export function namedTarget(apiUrl: string, environment: NodeJS.ProcessEnv): Target {
  const faker = (count: number): Json => ({ sourceType: 'faker', count, seed: 1 });
  return {
    apiUrl,
    isEmbedded: false,
    settings: Object.fromEntries(
      CREDENTIALS.flatMap((name) => (environment[name] ? [[name, environment[name]]] : [])),
    ),
    quickSource: faker(10),
    slowSource: faker(5_000_000),
    failingSource: null,
    destination: { destinationType: 'dev-null', test_destination: { test_destination_type: 'SILENT' } },
    stream: { name: 'users', cursorField: ['updated_at'], primaryKey: [['id']] },
    close: () => Promise.resolve(),
  };
}

/** Compiled together with this suite. */
const ENGINE = 'dist/test/embedded/kill/programs/engine.js';

/** An embedded Airbyte in a process of its own, with a source whose behaviour can be chosen. */
export async function embeddedTarget(): Promise<Target> {
  const dataDir = mkdtempSync(join(tmpdir(), 'upstream-contract-'));
  const command = [process.execPath, join(process.cwd(), 'test/contract/upstream/source.mjs')];
  const connector = { definitionId: 'contract-source', kind: 'source', type: 'contract', command };
  mkdirSync(dataDir, { recursive: true });
  writeFileSync(join(dataDir, 'connectors.json'), JSON.stringify({ connectors: [connector] }));
  const engine = await startProgram(
    [ENGINE, join(process.cwd(), 'dist/embedded/index.js'), dataDir],
    {},
    /^(\{.*\})$/m,
  );
  const access: unknown = JSON.parse(engine.found);
  const told = isJson(access) ? access : {};
  const source = (behaviour: string): Json => ({
    sourceType: 'contract',
    behaviour,
    token: 'not-to-be-shown',
  });
  return {
    apiUrl: textAt(told, 'apiUrl'),
    isEmbedded: true,
    settings: {
      AIRBYTE_CLIENT_ID: textAt(told, 'clientId'),
      AIRBYTE_CLIENT_SECRET: textAt(told, 'clientSecret'),
    },
    quickSource: source('quick'),
    slowSource: source('slow'),
    failingSource: source('failing'),
    destination: { destinationType: 'sqlite', destination_path: '/local/contract.sqlite' },
    stream: { name: 'people', namespace: 'shop', cursorField: ['at'], primaryKey: [['id']] },
    close: async () => {
      await engine.stop();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}
