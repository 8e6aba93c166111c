// JSON schemas of the Kubernetes objects in the chart, for kubeconform. They come from npm packages, so that no test needs
// another network. Newer versions of the packages have compiled validators instead of schemas. kubeconform's -strict only chooses a file, so the schemas themselves refuse unknown members here.
import { mkdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

/** The name of a schema as kubeconform looks for it, and the class of the object. */
const CLASSES = {
  'deployment-apps-v1': 'kubernetes-models/apps/v1/Deployment',
  'horizontalpodautoscaler-autoscaling-v2': 'kubernetes-models/autoscaling/v2/HorizontalPodAutoscaler',
  'httproute-gateway-v1': '@kubernetes-models/gateway-api/gateway.networking.k8s.io/v1/HTTPRoute',
  'ingress-networking-v1': 'kubernetes-models/networking.k8s.io/v1/Ingress',
  'networkpolicy-networking-v1': 'kubernetes-models/networking.k8s.io/v1/NetworkPolicy',
  'persistentvolumeclaim-v1': 'kubernetes-models/v1/PersistentVolumeClaim',
  'poddisruptionbudget-policy-v1': 'kubernetes-models/policy/v1/PodDisruptionBudget',
  'prometheusrule-monitoring-v1':
    '@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1/PrometheusRule',
  'service-v1': 'kubernetes-models/v1/Service',
  'serviceaccount-v1': 'kubernetes-models/v1/ServiceAccount',
  'servicemonitor-monitoring-v1':
    '@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1/ServiceMonitor',
};

/**
 * Writes a schema for each kind of object, with the file names that kubeconform looks for.
 * @param tools the folder with the installed packages
 */
export function writeSchemas(tools, folder) {
  const require = createRequire(join(tools, 'package.json'));
  mkdirSync(folder, { recursive: true });
  const { all, roots } = registered(require);
  for (const [file, id] of roots) {
    const bundle = { $ref: `#/definitions/${id}`, definitions: Object.fromEntries(all) };
    writeFileSync(join(folder, `${file}.json`), JSON.stringify(bundle));
  }
}

/** The classes register their schemas at a validation library before the first validation. It is replaced to get them. */
function registered(require) {
  const all = new Map();
  const roots = new Map();
  const library = require('@kubernetes-models/validate');
  library.register = (id, schema) => all.set(id, strict(schema));
  for (const [file, path] of Object.entries(CLASSES)) {
    library.validate = (id) => roots.set(file, id);
    const KubernetesObject = require(path)[path.split('/').pop()];
    new KubernetesObject({}).validate();
  }
  return { all, roots };
}

/** References become local, and an object with known members allows no others. */
function strict(schema) {
  if (Array.isArray(schema)) return schema.map(strict);
  if (typeof schema !== 'object' || schema === null) return schema;
  const copy = Object.fromEntries(
    Object.entries(schema).map(([key, value]) => [
      key,
      key === '$ref' ? `#/definitions/${value.replace(/#$/, '')}` : strict(value),
    ]),
  );
  const isClosed = copy.type === 'object' && copy.properties && copy.additionalProperties === undefined;
  return isClosed ? { ...copy, additionalProperties: false } : copy;
}
