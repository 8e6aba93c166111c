import { join } from 'node:path';
import { faultsOf, KUSTOMIZE, type KubernetesObject, objectsIn, render, run } from './support/tools';

const VALUES = join(KUSTOMIZE, 'chart-values.yaml');
/** Labels of Helm. */
const OF_HELM = ['helm.sh/chart', 'app.kubernetes.io/managed-by'];

function built(folder: string): string {
  const { ok, output, complaint } = run('kustomize', ['build', join(KUSTOMIZE, folder)]);
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
  it.each<[string, Record<string, unknown>]>([
    ['base', {}],
    ['prometheus-operator', { 'metrics.serviceMonitor.enabled': true }],
  ])('has the objects of the chart, and they are valid: %s', (folder, values) => {
    const yaml = built(folder);
    expect(faultsOf(yaml)).toBe('');
    expect(comparable(objectsIn(yaml))).toEqual(fromChart(values));
  });
});
