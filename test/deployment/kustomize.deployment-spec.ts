import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { load } from 'js-yaml';
import {
  faultsOf,
  KUSTOMIZE,
  type KubernetesObject,
  objectsIn,
  readProject,
  render,
  run,
} from './support/tools';

const VALUES = join(KUSTOMIZE, 'chart-values.yaml');
/** Labels of Helm. */
const OF_HELM = ['helm.sh/chart', 'app.kubernetes.io/managed-by'];

/** Builds an overlay of the base with these components. */
function built(components: readonly string[]): string {
  const overlay = mkdtempSync(join(tmpdir(), 'overlay-'));
  const to = (folder: string): string => relative(overlay, join(KUSTOMIZE, folder));
  const kustomization = { resources: [to('base')], components: components.map(to) };
  // JSON is YAML.
  writeFileSync(join(overlay, 'kustomization.yaml'), JSON.stringify(kustomization));
  const { ok, output, complaint } = run('kustomize', ['build', overlay]);
  rmSync(overlay, { recursive: true });
  if (!ok) throw new Error(complaint);
  return output;
}

/** Objects by kind and name, without what only Helm sets. The order of members and objects has no meaning. */
function comparable(objects: readonly KubernetesObject[]): Record<string, unknown> {
  return Object.fromEntries(
    objects.map((object) => [`${object.kind} ${object.metadata.name}`, withoutHelm(object)]),
  );
}

function withoutHelm(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutHelm);
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value).filter(([name]) => !OF_HELM.includes(name) && name !== 'namespace');
  return Object.fromEntries(members.map(([name, member]) => [name, withoutHelm(member)]));
}

function fromChart(values: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const { ok, output, complaint } = render([VALUES], values);
  if (!ok) throw new Error(complaint);
  return comparable(objectsIn(output));
}

describe('the kustomize base', () => {
  const prometheus = { 'metrics.serviceMonitor.enabled': true, 'metrics.prometheusRule.enabled': true };
  const ingress = { 'ingress.enabled': true, 'ingress.hosts': ['ingestion.example.com'] };

  it.each<[readonly string[], Record<string, unknown>]>([
    [[], {}],
    [['prometheus-operator'], prometheus],
    [['ingress'], ingress],
    [['ingress', 'prometheus-operator'], { ...ingress, ...prometheus }],
  ])('has the objects of the chart, and they are valid, with the components %j', (components, values) => {
    const yaml = built(components);
    expect(faultsOf(yaml)).toBe('');
    expect(comparable(objectsIn(yaml))).toEqual(fromChart(values));
  });

  it('has the rules of deploy/alerts: node scripts/copy-rules.mjs copies them', () => {
    const { spec } = load(
      readProject('deploy/kustomize/prometheus-operator/prometheusrule.yaml'),
    ) as KubernetesObject;
    expect(spec).toEqual(load(readProject('deploy/alerts/airbyte-ingestion-api.rules.yaml')));
  });
});
