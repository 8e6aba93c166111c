import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { load } from 'js-yaml';
import {
  CHART,
  FOR_VERSION,
  faultsOf,
  type KubernetesObject,
  objectsIn,
  readProject,
  render,
  run,
} from './support/tools';

const CASES = readdirSync(join(CHART, 'ci')).map((file) => join(CHART, 'ci', file));
const valuesOf = (name: string): string[] => [join(CHART, 'ci', `${name}-values.yaml`)];

interface Pod {
  readonly terminationGracePeriodSeconds: number;
  readonly automountServiceAccountToken: boolean;
  readonly securityContext: Readonly<Record<string, unknown>>;
  readonly topologySpreadConstraints: readonly { readonly topologyKey: string }[];
  readonly volumes: readonly Readonly<Record<string, unknown>>[];
  readonly containers: readonly [Container];
}

interface Container {
  readonly image: string;
  readonly securityContext: Readonly<Record<string, unknown>>;
  readonly env: readonly { readonly name: string; readonly value: string }[];
  readonly readinessProbe: { readonly httpGet: unknown };
  readonly lifecycle: unknown;
}

interface Deployment {
  readonly replicas?: number;
  readonly strategy: { readonly type: string };
  readonly template: { readonly spec: Pod };
}

function rendered(name: string, values: Readonly<Record<string, unknown>> = {}): KubernetesObject[] {
  const { ok, output, complaint } = render(valuesOf(name), values);
  if (!ok) throw new Error(complaint);
  return objectsIn(output);
}

function deploymentIn(objects: readonly KubernetesObject[]): Deployment {
  return objects.find(({ kind }) => kind === 'Deployment')?.spec as Deployment;
}

const podOf = (objects: readonly KubernetesObject[]): Pod => deploymentIn(objects).template.spec;
const environmentOf = (objects: readonly KubernetesObject[]): Record<string, string> =>
  Object.fromEntries(podOf(objects).containers[0].env.map(({ name, value }) => [name, value]));
const kindsOf = (objects: readonly KubernetesObject[]): string[] => objects.map(({ kind }) => kind).sort();

describe('the chart', () => {
  it.each(CASES)('renders valid objects without a warning: %s', (file) => {
    const lint = run('helm', ['lint', '--strict', CHART, ...FOR_VERSION, '--values', file]);
    expect([lint.ok, lint.ok ? '' : lint.output]).toEqual([true, '']);
    const { output, complaint } = render([file]);
    expect(complaint).toBe('');
    expect(faultsOf(output)).toBe('');
  });

  it('renders the objects of each kind of deployment', () => {
    expect(kindsOf(rendered('embedded'))).toEqual([
      ...['Deployment', 'NetworkPolicy', 'PersistentVolumeClaim', 'Service', 'Service', 'ServiceAccount'],
    ]);
    expect(kindsOf(rendered('replicas'))).toEqual([
      ...['Deployment', 'NetworkPolicy', 'PodDisruptionBudget', 'Service', 'Service', 'ServiceAccount'],
    ]);
    expect(kindsOf(rendered('everything'))).toEqual([
      ...['Deployment', 'HTTPRoute', 'HorizontalPodAutoscaler', 'Ingress', 'NetworkPolicy'],
      ...['PodDisruptionBudget', 'PrometheusRule', 'Service', 'Service', 'ServiceAccount', 'ServiceMonitor'],
    ]);
    expect(kindsOf(rendered('open'))).toEqual(['Deployment', 'Service']);
  });

  it('runs the embedded Airbyte as one replica that is stopped before the next one starts', () => {
    const objects = rendered('embedded');
    expect(deploymentIn(objects)).toMatchObject({ replicas: 1, strategy: { type: 'Recreate' } });
    expect(podOf(objects).volumes).toContainEqual({
      name: 'data',
      persistentVolumeClaim: { claimName: 'airbyte-ingestion-api' },
    });
    expect(environmentOf(objects)).toMatchObject({ DATA_DIR: '/data', EMPTY_OVERWRITE: 'refuse' });
  });

  it('replaces replicas that share a Redis one by one, without a volume', () => {
    const objects = rendered('replicas');
    expect(deploymentIn(objects)).toMatchObject({
      replicas: 3,
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 0 } },
    });
    expect(environmentOf(objects)['DATA_DIR']).toBe('');
    expect(podOf(objects).topologySpreadConstraints.map(({ topologyKey }) => topologyKey)).toEqual([
      'kubernetes.io/hostname',
      'topology.kubernetes.io/zone',
    ]);
  });

  it('leaves the number of replicas to the autoscaler', () => {
    expect(deploymentIn(rendered('everything')).replicas).toBeUndefined();
  });

  it('writes large numbers as they are', () => {
    expect(environmentOf(rendered('replicas'))['EVENTS_RETENTION_S']).toBe('2592000');
  });

  it('passes secrets as files of existing Secrets, never as values', () => {
    const objects = rendered('replicas');
    expect(environmentOf(objects)).toMatchObject({
      API_KEYS_FILE: '/run/secrets/airbyte-ingestion-api/API_KEYS',
      REDIS_URL_FILE: '/run/secrets/airbyte-ingestion-api/REDIS_URL',
    });
    expect(podOf(objects).volumes).toContainEqual({
      name: 'secrets',
      projected: {
        defaultMode: 0o440,
        sources: [
          ['airbyte-application', 'client-secret', 'AIRBYTE_CLIENT_SECRET'],
          ['ingestion-api', 'API_KEYS', 'API_KEYS'],
          ['ingestion-api', 'PAGE_TOKEN_KEY', 'PAGE_TOKEN_KEY'],
          ['redis', 'url', 'REDIS_URL'],
        ].map(([name, key, path]) => ({ secret: { name, items: [{ key, path }] } })),
      },
    });
    expect(kindsOf(objects)).not.toContain('Secret');
  });

  it('gives the container no privileges and no writable root', () => {
    const pod = podOf(rendered('replicas'));
    expect(pod).toMatchObject({
      automountServiceAccountToken: false,
      securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
    });
    expect(pod.containers[0].securityContext).toEqual({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    });
  });

  it('waits longer for the end of a pod than the gateway needs to stop', () => {
    const stopLimitMs = Number(
      /STOP_LIMIT_MS = ([\d_]+)/.exec(readProject('src/stop.ts'))?.[1]?.replace('_', ''),
    );
    expect(stopLimitMs).toBe(30_000);
    const pod = podOf(rendered('replicas'));
    expect(pod.containers[0].lifecycle).toEqual({
      preStop: { exec: { command: ['node', '-e', 'setTimeout(() => {}, 10000)'] } },
    });
    expect(1000 * pod.terminationGracePeriodSeconds).toBeGreaterThan(10_000 + stopLimitMs);
  });

  it('probes with an allowed host name', () => {
    const [{ readinessProbe }] = podOf(
      rendered('replicas', { 'settings.ALLOWED_HOSTS': 'api.example.com,localhost' }),
    ).containers;
    expect(readinessProbe.httpGet).toEqual({
      path: '/health/ready',
      port: 'http',
      httpHeaders: [{ name: 'Host', value: 'api.example.com' }],
    });
  });

  it('publishes the API beyond the cluster, and not the metrics', () => {
    const objects = rendered('everything');
    const specOf = (kind: string): unknown => objects.find((object) => object.kind === kind)?.spec;
    const backend = { service: { name: 'ingestion', port: { name: 'http' } } };
    const hosts = ['ingestion.example.com', 'ingestion.example.net'];
    expect(specOf('Ingress')).toEqual({
      ingressClassName: 'nginx',
      tls: [{ hosts, secretName: 'ingestion-tls' }],
      rules: hosts.map((host) => ({
        host,
        http: { paths: [{ path: '/', pathType: 'Prefix', backend }] },
      })),
    });
    expect(specOf('HTTPRoute')).toEqual({
      parentRefs: [{ name: 'public', namespace: 'gateways', sectionName: 'https' }],
      hostnames: ['ingestion.example.com'],
      rules: [{ backendRefs: [{ name: 'ingestion', port: 80 }] }],
    });
  });

  it('runs the image of its digest', () => {
    expect(podOf(rendered('everything')).containers[0].image).toMatch(/^registry\.example\.com\/.*@sha256:/);
    expect(podOf(rendered('replicas')).containers[0].image).toBe('airbyte-ingestion-api:0.1.0');
  });

  it('contains the alerts of deploy/alerts as they are', () => {
    const file = 'airbyte-ingestion-api.rules.yaml';
    const rules = readProject(`deploy/alerts/${file}`);
    expect(readProject(`deploy/helm/airbyte-ingestion-api/files/${file}`)).toBe(rules);
    const rule = rendered('everything').find(({ kind }) => kind === 'PrometheusRule');
    expect(rule?.spec).toEqual(load(rules));
  });

  it('takes its version from package.json', () => {
    const { version } = JSON.parse(readProject('package.json')) as { version: string };
    expect(readProject('deploy/helm/airbyte-ingestion-api/Chart.yaml')).toContain(`appVersion: ${version}\n`);
  });
});

describe('a combination that does not work', () => {
  it.each<[string, string, Record<string, unknown>, string]>([
    ['replicas without Redis', 'open', { replicas: 2 }, 'More than one replica needs a shared Redis'],
    [
      'replicas of the embedded Airbyte',
      'embedded',
      { replicas: 2 },
      'The embedded Airbyte runs as one replica',
    ],
    ['an autoscaler without Redis', 'open', { 'autoscaling.enabled': true }, 'needs a shared Redis'],
    [
      'an autoscaler with less than its minimum',
      'everything',
      { 'autoscaling.maxReplicas': 1 },
      'minReplicas',
    ],
    ['no callers', 'open', { 'settings.AUTH': '' }, 'serves only authenticated callers'],
    [
      'a secret twice',
      'replicas',
      { 'settings.REDIS_URL': 'redis://redis' },
      'REDIS_URL is set in settings and in secrets',
    ],
    ['a short end', 'replicas', { 'shutdown.gracePeriodSeconds': 40 }, 'gracePeriodSeconds must be longer'],
    ['an ingress for every host', 'replicas', { 'ingress.enabled': true }, 'ingress needs ingress.hosts'],
    [
      'a route without a Gateway',
      'replicas',
      { 'httpRoute.enabled': true },
      'httpRoute needs httpRoute.parentRefs',
    ],
    ['a monitor without metrics', 'everything', { 'metrics.enabled': false }, 'needs metrics.enabled'],
    [
      'a monitor that is refused',
      'everything',
      { 'settings.ALLOWED_HOSTS': 'api.example.com' },
      'which settings.ALLOWED_HOSTS refuses',
    ],
  ])('is refused with the fix: %s', (_case, name, values, message) => {
    const { ok, complaint } = render(valuesOf(name), values);
    expect([ok, complaint]).toEqual([false, expect.stringContaining(message)]);
  });
});

describe('a wrong value', () => {
  it.each<[string, unknown]>([
    ['replica', 2],
    ['replicas', 0],
    ['replicas', 'two'],
    ['image.digest', 'latest'],
    ['settings.AIRBYTE_URL', 'http://airbyte:8000'],
    ['settings.PORT', 8080],
    ['settings.AIRBYTE_TOKEN', 'a secret'],
    ['settings.RATE_LIMIT', 1.5],
    ['secrets.API_KEYS', 'a:ingestion:read:…'],
    ['secrets.LOG_LEVEL', { secret: 'a' }],
    ['service.port', 70_000],
    ['service.type', 'ExternalName'],
    ['ingress.hosts', ['https://api.example.com']],
    ['ingress.tls', [{ secret: 'api-tls' }]],
    ['httpRoute.parentRefs', [{ namespace: 'gateways' }]],
    ['metrics.port', 3000],
    ['persistence.size', 'ten'],
    ['persistence.accessMode', 'ReadWriteMany'],
    ['podSecurityContext.runAsNonRoot', false],
    ['podSecurityContext.runAsUser', 0],
    ['podDisruptionBudget.maxUnavailable', 0],
    ['extraEnv', [{ name: 'DATA_DIR', value: '/tmp' }]],
    ['networkPolicy.from', {}],
  ])('is refused by the schema: %s = %j', (name, value) => {
    const { ok, complaint } = render(valuesOf('replicas'), { [name]: value });
    expect([ok, complaint]).toEqual([
      false,
      expect.stringContaining("don't meet the specifications of the schema"),
    ]);
    expect(complaint).toContain(name.split('.').pop());
  });
});
