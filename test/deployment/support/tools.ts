import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadAll } from 'js-yaml';

const ROOT = join(__dirname, '..', '..', '..');
export const CHART = join(ROOT, 'deploy', 'helm', 'airbyte-ingestion-api');
export const KUSTOMIZE = join(ROOT, 'deploy', 'kustomize');

/** The version of the schemas. A helm that is compiled by `go install` assumes an old one. */
export const FOR_VERSION = ['--kube-version', '1.27.1'];

type Tool = 'helm' | 'kubeconform' | 'kustomize';
type Paths = Readonly<Record<Tool | 'schemas', string>>;

/** A program that has ended. */
interface Ended {
  readonly ok: boolean;
  readonly output: string;
  /** Standard error. */
  readonly complaint: string;
}

/** An object of Kubernetes, as far as the tests read it. */
export interface KubernetesObject {
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly spec?: unknown;
}

export function readProject(path: string): string {
  return readFileSync(join(ROOT, path), 'utf8');
}

function paths(): Paths {
  const file = 'test/deployment/tools/node_modules/paths.json';
  return JSON.parse(readProject(file)) as Paths;
}

export function run(tool: Tool, args: readonly string[], input = ''): Ended {
  const { status, stdout, stderr, error } = spawnSync(paths()[tool], args, { encoding: 'utf8', input });
  if (error) throw error;
  return { ok: status === 0, output: stdout, complaint: stderr };
}

/** Renders the chart. `files` are files with values, and `values` are single values as for `--set-json`. */
export function render(files: readonly string[], values: Readonly<Record<string, unknown>> = {}): Ended {
  return run('helm', [
    ...['template', 'airbyte-ingestion-api', CHART, '--namespace', 'data', ...FOR_VERSION],
    ...files.flatMap((file) => ['--values', file]),
    ...Object.entries(values).flatMap(([name, value]) => ['--set-json', `${name}=${JSON.stringify(value)}`]),
  ]);
}

/** Checks objects against the schemas of Kubernetes. Returns what is wrong. */
export function faultsOf(yaml: string): string {
  const { ok, output } = run(
    'kubeconform',
    ['-strict', '-schema-location', `${paths().schemas}/{{ .ResourceKind }}{{ .KindSuffix }}.json`],
    yaml,
  );
  return ok ? '' : output;
}

export function objectsIn(yaml: string): KubernetesObject[] {
  return (loadAll(yaml) as (KubernetesObject | null)[]).filter((object) => object !== null);
}
