/** Which folder may import which, as errors. docs/architecture.md draws the same picture. */
const gateway =
  '^src/(app|airbyte|api|audit|auth|config|events|health|http|idempotency|lib|metrics|operator|pages|rate-limit|redis|start|tracing|webhooks|main)';

/** Folders in the order in which they build on one another: a folder imports only those before it. */
const layers = [
  'config',
  'lib',
  'api',
  'http',
  'redis',
  'rate-limit',
  'auth|idempotency|audit',
  'pages',
  'app',
];

const importsOnlyLowerLayers = layers.slice(0, -1).map((layer, index) => ({
  name: `${layer.replaceAll('|', '-')}-imports-only-lower-layers`,
  severity: 'error',
  from: { path: `^src/(${layer})/`, pathNot: '\\.spec\\.ts$' },
  to: {
    path: '^src/',
    pathNot: [
      `^src/(${layers.slice(0, index + 1).join('|')})/`,
      // The owner of a creation is stored beside the record of its Idempotency-Key.
      ...(layer.includes('idempotency') ? ['^src/airbyte/client/creation/creation-claims\\.ts$'] : []),
    ],
  },
}));

/**
 * The folders of the embedded Airbyte from the bottom to the top. Each imports only folders below it, so there are no
 * cycles between them.
 */
const EMBEDDED_LAYERS = [
  'platform',
  'protocol',
  'model',
  'configuration',
  'connectors',
  'cron',
  'secrets',
  'data-dir',
  'store',
  'engine',
  'installer',
  'samples',
  'api',
];

const embeddedLayers = EMBEDDED_LAYERS.map((folder, index) => {
  const above = EMBEDDED_LAYERS.slice(index + 1).map((other) => `${other}/`);
  return {
    name: `embedded-${folder}-imports-only-folders-below-it`,
    severity: 'error',
    from: { path: `^src/embedded/${folder}/`, pathNot: '\\.spec\\.ts$' },
    // The files at the top are above every folder.
    to: { path: `^src/embedded/(${[...above, '[^/]+$'].join('|')})` },
  };
});

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    ...importsOnlyLowerLayers,
    {
      name: 'features-import-the-kernel-and-not-one-another',
      severity: 'error',
      from: {
        path: '^src/airbyte/(status|runs|actors|pause|preview|history|capabilities|streams|connectors)/',
      },
      to: {
        path: '^src/airbyte/',
        pathNot: ['^src/airbyte/(client|schedule|core|internal|mirror)/', '^src/airbyte/$1/'],
      },
    },
    {
      name: 'ingestion-imports-the-kernel-and-pause',
      severity: 'error',
      from: { path: '^src/airbyte/ingestion/' },
      to: {
        path: '^src/airbyte/',
        pathNot: '^src/airbyte/(client|schedule|core|internal|mirror|pause|ingestion)/',
      },
    },
    {
      name: 'the-kernel-knows-no-feature-and-not-the-mirror',
      severity: 'error',
      from: { path: '^src/airbyte/core/' },
      to: { path: '^src/airbyte/', pathNot: '^src/airbyte/(client|schedule|core)/' },
    },
    {
      name: 'the-mirror-knows-no-feature',
      severity: 'error',
      from: { path: '^src/airbyte/mirror/' },
      to: { path: '^src/airbyte/', pathNot: '^src/airbyte/(client|core|internal|mirror)/' },
    },
    {
      name: 'the-internal-api-builds-on-the-client',
      severity: 'error',
      from: { path: '^src/airbyte/internal/' },
      to: {
        path: '^src/',
        pathNot: [
          '^src/airbyte/(client|internal)/',
          '^src/(config|lib)/',
          '^src/airbyte/core/core\\.module\\.ts$',
        ],
      },
    },
    {
      name: 'listing-imports-the-kernel-and-status',
      severity: 'error',
      from: { path: '^src/airbyte/listing/' },
      to: { path: '^src/airbyte/', pathNot: '^src/airbyte/(client|schedule|core|mirror|status|listing)/' },
    },
    {
      name: 'only-tracing-uses-opentelemetry',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/tracing/' },
      to: { path: 'node_modules/@opentelemetry' },
    },
    {
      name: 'tracing-knows-only-settings-and-helpers',
      severity: 'error',
      from: { path: '^src/tracing/' },
      to: { path: '^src/', pathNot: '^src/(tracing|config|lib)/' },
    },
    {
      // It tells what the mirror shows, in the schemas of the REST answers.
      name: 'events-are-a-view-of-the-mirror',
      severity: 'error',
      from: { path: '^src/events/' },
      to: {
        path: '^src/',
        pathNot: [
          '^src/(config|lib|api|http|redis|auth|events)/',
          '^src/airbyte/(client/model|core|mirror|status)/',
        ],
      },
    },
    {
      name: 'only-the-application-and-webhooks-import-events',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/(events|webhooks|app)/' },
      to: { path: '^src/events/' },
    },
    {
      name: 'webhooks-are-a-reader-of-the-event-log',
      severity: 'error',
      from: { path: '^src/webhooks/', pathNot: '\\.spec\\.ts$' },
      to: {
        path: '^src/',
        pathNot: ['^src/(config|lib|api|http|redis|auth|events|webhooks)/', '^src/airbyte/core/'],
      },
    },
    {
      name: 'only-the-application-imports-webhooks',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/(webhooks|app)/' },
      to: { path: '^src/webhooks/' },
    },
    {
      name: 'no-orphans',
      severity: 'error',
      from: { orphan: true, path: '^src/', pathNot: ['main\\.ts$', '\\.spec\\.ts$'] },
      to: {},
    },
    {
      name: 'only-the-transport-speaks-http',
      severity: 'error',
      from: {
        path: '^src/',
        pathNot: [
          '^src/airbyte/client/transport/',
          '^src/airbyte/core/core\\.module\\.ts$',
          // Its receivers are not Airbyte.
          '^src/webhooks/sender/',
          '^src/embedded/',
          '^src/demo/',
          // It has no Nest container.
          '^src/(doctor|notifications)/main\\.ts$',
          '^src/backup/embedded-copy\\.ts$',
        ],
      },
      to: {
        path: ['node_modules/(axios|undici|@nestjs/axios)', '^node:https?$', '^https?$'],
        dependencyTypesNot: ['type-only'],
      },
    },
    {
      name: 'the-client-knows-nothing-of-ingestions-or-problems',
      severity: 'error',
      from: { path: '^src/airbyte/client/' },
      to: { path: '^src/', pathNot: ['^src/airbyte/client/', '^src/(config|lib)/'] },
    },
    {
      name: 'schedules-know-nothing-of-nest',
      severity: 'error',
      from: { path: '^src/airbyte/schedule/', pathNot: '\\.spec\\.ts$' },
      to: { path: ['^src/', '@nestjs', 'node_modules/fastify'], pathNot: '^src/airbyte/schedule/' },
    },
    {
      name: 'controllers-and-dtos-know-nothing-of-the-client',
      severity: 'error',
      from: { path: ['\\.controller\\.ts$', '/dto/'] },
      to: { path: '^src/airbyte/client/' },
    },
    {
      name: 'embedded-shares-no-code-with-the-gateway',
      severity: 'error',
      from: { path: '^src/embedded/' },
      to: { path: '^src/', pathNot: '^src/embedded/' },
    },
    ...embeddedLayers,
    {
      name: 'embedded-folders-have-a-layer',
      severity: 'error',
      from: { path: '^src/embedded/[^/]+$' },
      to: { path: '^src/embedded/[^/]+/', pathNot: `^src/embedded/(${EMBEDDED_LAYERS.join('|')})/` },
    },
    {
      // They run as processes of their own, like connectors of others.
      name: 'embedded-connectors-share-only-the-protocol-with-the-engine',
      severity: 'error',
      from: { path: '^src/embedded/connectors/' },
      to: {
        path: '^src/embedded/',
        pathNot: '^src/embedded/(platform|protocol|model|configuration|connectors)/',
      },
    },
    {
      // It runs them as processes. The engine compares the names and patterns of their write targets.
      name: 'the-embedded-engine-imports-only-names-of-connectors',
      severity: 'error',
      from: { path: '^src/embedded/(?!connectors/)', pathNot: '\\.spec\\.ts$' },
      to: { path: '^src/embedded/connectors/', pathNot: '(names|glob)\\.ts$' },
    },
    {
      name: 'the-gateway-shares-no-code-with-embedded',
      severity: 'error',
      from: { path: gateway, pathNot: '^src/start\\.ts$' },
      to: { path: '^src/embedded/' },
    },
    {
      name: 'the-gateway-only-starts-the-embedded-airbyte',
      severity: 'error',
      from: { path: '^src/start\\.ts$' },
      to: { path: '^src/embedded/', pathNot: '^src/embedded/index\\.ts$' },
    },
    {
      name: 'the-demo-is-a-client-like-any-other',
      severity: 'error',
      from: { path: '^(src/demo|clients)/' },
      to: { path: '^(src|test|scripts)/', pathNot: '^src/demo/' },
    },
    {
      // It runs in browsers and is bundled with its libraries.
      name: 'the-web-page-is-a-client-like-any-other',
      severity: 'error',
      from: { path: '^src/ui/' },
      to: { path: '^(src|test|scripts)/', pathNot: '^src/ui/' },
    },
    {
      name: 'only-tests-use-test-support',
      severity: 'error',
      from: { path: '^src/', pathNot: '\\.spec\\.ts$' },
      to: { path: '^test/' },
    },
    {
      name: 'nothing-unlisted-or-for-development-only',
      severity: 'error',
      from: { path: '^src/', pathNot: ['\\.spec\\.ts$', '^src/ui/'] },
      to: { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'unknown', 'undetermined'], pathNot: '\\.d\\.ts$' },
    },
  ],
  options: {
    doNotFollow: { path: ['node_modules', '^dist/', '^\\.builds/'] },
    // What was built is judged where it was written.
    exclude: {
      path: ['^test/(contract/(out|tools|programs)|deployment/tools)/', '(^|/)dist/', '^\\.builds/'],
    },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['require', 'node', 'default', 'types'],
    },
  },
};
