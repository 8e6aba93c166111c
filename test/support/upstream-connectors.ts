import { randomUUID } from 'node:crypto';
import { json, noContent, problem, type Reply } from './upstream-replies';
import type { UpstreamRequest } from './upstream-request';
import type { ActorRow, UpstreamState } from './upstream-state';

type Kind = 'source' | 'destination';
type Fields = Readonly<Record<string, unknown>>;

/** Of the connectors of the scripted Airbyte. */
export const DEFINITION_IDS = {
  source: '778daa7c-feaf-4db6-96f3-70fd645acc77',
  destination: '25c5221d-dce2-4163-ade9-739ef790f503',
} as const;

const IMAGES = { source: 'airbyte/source-file', destination: 'airbyte/destination-postgres' } as const;

/** A specification with secrets in odd places. */
export const SPECIFICATION = {
  $schema: 'http://json-schema.org/draft-07/schema#',
  type: 'object',
  required: ['host'],
  additionalProperties: false,
  properties: {
    host: { type: 'string', minLength: 1, title: 'Host', description: 'Name of the server.' },
    port: { type: 'integer', minimum: 1, maximum: 65_535 },
    url: { type: 'string' },
    start_date: { type: 'string', pattern: '^\\d{4}-\\d\\d-\\d\\d$', pattern_descriptor: 'YYYY-MM-DD' },
    pin: { type: 'string', airbyte_secret: true, minLength: 2 },
    codes: { type: 'array', items: { type: 'string', airbyte_secret: true } },
    keys: {
      type: 'array',
      items: { type: 'object', properties: { label: { type: 'string' }, value: { airbyte_secret: true } } },
    },
    tunnel: {
      oneOf: [
        { required: ['method'], properties: { method: { const: 'NONE' } } },
        {
          required: ['method', 'auth'],
          properties: {
            method: { const: 'SSH' },
            auth: {
              oneOf: [
                {
                  required: ['kind'],
                  properties: { kind: { const: 'key' }, pem: { $ref: '#/definitions/hidden' } },
                },
                {
                  required: ['kind'],
                  properties: { kind: { const: 'phrase' }, words: { $ref: '#/definitions/hidden' } },
                },
              ],
            },
          },
        },
      ],
    },
  },
  definitions: { hidden: { type: 'string', airbyte_secret: true } },
};

/** What Airbyte does with sources, destinations and their connectors. */
export const CONNECTOR_DEFAULTS: Readonly<
  Record<string, (state: UpstreamState, request: UpstreamRequest) => Reply>
> = {
  ...defaultsOf('source'),
  ...defaultsOf('destination'),
};

function defaultsOf(kind: Kind): Record<string, (state: UpstreamState, request: UpstreamRequest) => Reply> {
  return {
    [`GET /workspaces/:id/definitions/${kind}s`]: () =>
      json(200, {
        data: [
          {
            id: DEFINITION_IDS[kind],
            name: kind === 'source' ? 'File' : 'Postgres',
            dockerRepository: IMAGES[kind],
            dockerImageTag: '0.5.3',
            documentationUrl: `https://docs.airbyte.com/integrations/${kind}s`,
          },
        ],
      }),
    [`POST /${kind}s`]: (state, { body }) => {
      const { name, workspaceId, definitionId, configuration } = fields(body);
      if (typeof name !== 'string' || typeof workspaceId !== 'string') return problem(400, 'name is missing');
      const row: ActorRow = {
        id: randomUUID(),
        name,
        type: kind === 'source' ? 'file' : 'postgres',
        workspaceId,
        definitionId: String(definitionId),
        configuration: fields(configuration),
        createdAt: Math.floor(state.now().getTime() / 1000),
      };
      rowsOf(state, kind).set(row.id, row);
      return json(200, actorBody(kind, row));
    },
    [`PATCH /${kind}s/:id`]: (state, { id, body }) => {
      const row = rowsOf(state, kind).get(id);
      if (row === undefined) return problem(404, null);
      const { name, configuration } = fields(body);
      if (typeof name === 'string') row.name = name;
      row.configuration = merged(fields(row.configuration), fields(configuration));
      return json(200, actorBody(kind, row));
    },
    [`DELETE /${kind}s/:id`]: (state, { id }) => {
      rowsOf(state, kind).delete(id);
      return noContent();
    },
  };
}

function rowsOf(state: UpstreamState, kind: Kind): Map<string, ActorRow> {
  return kind === 'source' ? state.sources : state.destinations;
}

/** A source or destination as Airbyte answers it. This Airbyte masks nothing, so that a missing mask of the gateway shows. */
export function actorBody(kind: Kind, row: ActorRow): unknown {
  const { id, name, type, workspaceId, definitionId = DEFINITION_IDS[kind], createdAt = 1 } = row;
  const configuration = row.configuration ?? { host: 'db.example', password: `secret-of-the-${kind}` };
  return {
    [`${kind}Id`]: id,
    name,
    [`${kind}Type`]: type,
    definitionId,
    workspaceId,
    configuration,
    createdAt,
  };
}

function merged(stored: Fields, change: Fields): Fields {
  const members = Object.entries(change).map(([name, value]): [string, unknown] => {
    const before = stored[name];
    const isNested = isObject(before) && isObject(value);
    return [name, isNested ? merged(fields(before), fields(value)) : value];
  });
  return { ...stored, ...Object.fromEntries(members) };
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function fields(value: unknown): Fields {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}
