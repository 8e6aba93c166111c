import { join } from 'node:path';
import { compiledFolder } from '../platform/compiled-folder';
import type { ActorKind } from '../store/actors';

/** A connector that can be configured: Airbyte's definition id, its short type and the command that runs it. */
export interface ConnectorDefinition {
  readonly id: string;
  readonly kind: ActorKind;
  readonly type: string;
  readonly command: readonly string[];
  /** Whether a destination acknowledges each state at once. Others may buffer them until their input ends. */
  readonly acknowledgesImmediately: boolean;
  /** A file with its answer to `spec`, if that was stored. Starting a connector only for it can take seconds. */
  readonly specificationPath?: string;
}

/** Rows are short-lived, so a larger young generation costs memory without a gain in speed. */
const SMALL_HEAP = ['--max-semi-space-size=8', '--expose-gc'];

const OURS: readonly Omit<ConnectorDefinition, 'acknowledgesImmediately'>[] = [
  {
    id: '778daa7c-feaf-4db6-96f3-70fd645acc77',
    kind: 'source',
    type: 'file',
    command: builtIn('source-file'),
  },
  {
    id: 'dfd88b22-b603-4c3d-aad7-3701784586b1',
    kind: 'source',
    type: 'faker',
    command: builtIn('source-faker'),
  },
  {
    id: 'decd338e-5647-4c0b-adf4-da0e75f5a750',
    kind: 'source',
    type: 'postgres',
    command: builtIn('source-postgres'),
  },
  {
    id: '25c5221d-dce2-4163-ade9-739ef790f503',
    kind: 'destination',
    type: 'postgres',
    command: builtIn('destination-postgres'),
  },
  {
    id: 'a625d593-bba5-4a1c-a53d-2d246268a816',
    kind: 'destination',
    type: 'local-json',
    command: builtIn('destination-local-json'),
  },
  {
    id: 'b76be0a6-27dc-4560-95f6-2623da0bd7b6',
    kind: 'destination',
    type: 'sqlite',
    command: builtIn('destination-sqlite'),
  },
];

/** The built-in connectors, with the definition ids of Airbyte's connectors. */
export const BUILT_IN: readonly ConnectorDefinition[] = OURS.map((definition) => ({
  ...definition,
  acknowledgesImmediately: true,
}));

/** The command of a source without rows, which empties streams. */
export const EMPTY_SOURCE: readonly string[] = builtIn('source-empty');

function builtIn(name: string): string[] {
  return [process.execPath, ...SMALL_HEAP, join(compiledFolder(), 'connectors', name, 'main.js')];
}
