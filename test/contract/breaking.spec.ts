import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { document30, document31 } from '../support/contract-document';

const SCRIPT = join(__dirname, '..', '..', 'scripts', 'openapi-breaking.mjs');

type Json = Record<string, unknown>;

function at(root: unknown, ...path: string[]): Json {
  return path.reduce<Json>((value, key) => value[key] as Json, root as Json);
}

/** A release whose description differs from today's in one respect. */
describe('the check for breaking changes', () => {
  const directory = mkdtempSync(join(tmpdir(), 'breaking-'));

  afterAll(() => {
    rmSync(directory, { recursive: true });
  });

  function compare(change: (released: Json) => void, base: object = document30): string {
    const released = structuredClone(base) as Json;
    change(released);
    const file = join(directory, 'released.json');
    writeFileSync(file, JSON.stringify(released));
    const { stdout, stderr } = spawnSync(process.execPath, [SCRIPT, '--released', file], {
      encoding: 'utf8',
    });
    return stdout + stderr;
  }

  const schema = (root: Json, name: string): Json => at(root, 'components', 'schemas', name);

  it.each<[string, (released: Json) => void, string]>([
    ['a lost operation', (r) => (at(r, 'paths')['/old'] = { get: { responses: {} } }), 'GET /old is gone'],
    [
      'a lost parameter',
      (r) => (at(r, 'paths', '/health/live', 'get')['parameters'] = [{ name: 'old', in: 'query' }]),
      'the parameter old is gone',
    ],
    [
      'a lost member of an answer',
      (r) => (at(schema(r, 'Ingestion'), 'properties')['old'] = { type: 'string' }),
      'old is gone',
    ],
    [
      'a member of an answer that may be missing now',
      (r) => (schema(r, 'Problem')['required'] = ['runId']),
      'runId may be missing',
    ],
    [
      'a member of a request that is required now',
      (r) => (schema(r, 'CreateIngestionInput')['required'] = ['name']),
      'body.sourceId is required',
    ],
    [
      'a tighter limit',
      (r) => (at(schema(r, 'CreateIngestionInput'), 'properties', 'name')['maxLength'] = 256),
      'body.name has another maxLength',
    ],
    [
      'another kind of value',
      (r) => (at(schema(r, 'Ingestion'), 'properties', 'name')['type'] = 'integer'),
      'name is of type string, not integer',
    ],
    [
      'a new word in an answer',
      (r) => (schema(r, 'RunStatus')['enum'] = ['succeeded']),
      'status may be failed',
    ],
    [
      'a word that is refused now',
      (r) => (schema(r, 'ScheduleType')['enum'] = ['cron', 'basic', 'manual', 'old']),
      'scheduleType may not be old',
    ],
    [
      'an answer that may be null now',
      (r) => (at(schema(r, 'IngestionStatusReport'), 'properties', 'lastSync')['nullable'] = false),
      'lastSync may be null',
    ],
    [
      'a status that is no longer answered',
      (r) => (at(r, 'paths', '/health/live', 'get', 'responses')['299'] = { description: 'old' }),
      'it no longer answers 299',
    ],
    [
      'a sign-in that was not needed',
      (r) => (at(r, 'paths', '/ingestion', 'post')['security'] = []),
      'sign in',
    ],
    ['another tag', (r) => (at(r, 'paths', '/ingestion', 'post')['tags'] = ['old']), 'its first tag is'],
    [
      'another operation id',
      (r) => (at(r, 'paths', '/ingestion', 'post')['operationId'] = 'old'),
      'its id is createIngestion, not old',
    ],
    [
      'another default',
      (r) => (at(schema(r, 'SchedulePreviewInput'), 'properties', 'count')['default'] = 7),
      'body.count has another default',
    ],
    [
      'another pattern',
      (r) => (at(schema(r, 'CreateIngestionInput'), 'properties', 'sourceId')['pattern'] = '^.*$'),
      'body.sourceId has another pattern',
    ],
    [
      'another name of a type',
      (r) => {
        at(r, 'components', 'schemas')['OldRun'] = schema(r, 'ListedRun');
        at(schema(r, 'RunList'), 'properties', 'data')['items'] = { $ref: '#/components/schemas/OldRun' };
      },
      'data[] is called ListedRun, not OldRun',
    ],
    [
      'what this comparison has no rule for',
      (r) => (at(schema(r, 'StatusBatchInput'), 'properties', 'ids')['uniqueItems'] = true),
      'body.ids has another uniqueItems',
    ],
    [
      'a body in a format that is refused now',
      (r) => {
        const content = at(r, 'paths', '/ingestion', 'post', 'requestBody', 'content');
        content['application/xml'] = content['application/json'];
      },
      'it no longer takes application/xml',
    ],
    [
      'a lost header of an answer',
      (r) => (at(r, 'paths', '/health/live', 'get', 'responses', '200', 'headers')['X-Old'] = {}),
      '200 has lost the header X-Old',
    ],
    [
      'another kind of header',
      (r) => (at(r, 'components', 'headers', 'Retry-After')['schema'] = { type: 'string' }),
      'header Retry-After is of type integer, not string',
    ],
    [
      'another way to send a key',
      (r) => (at(r, 'components', 'securitySchemes', 'apiKey')['name'] = 'X-Old-Key'),
      'apiKey is sent otherwise',
    ],
    [
      'a problem that is no longer answered',
      (r) => (at(r, 'paths', '/ingestion', 'post', 'responses', '409')['x-problem-codes'] = ['old']),
      '409 is no longer the problem old',
    ],
    [
      'an answer of another format',
      (r) => (at(schema(r, 'Run'), 'properties', 'queuedAt')['format'] = 'date'),
      'queuedAt has another format',
    ],
    [
      'another scope',
      (r) => (at(r, 'paths', '/ingestion', 'post')['x-required-scope'] = 'old'),
      'needs the scope',
    ],
  ])('finds %s', (_, change, found) => {
    expect(compare(change)).toContain(found);
  });

  it.each<[string, (released: Json) => void, string]>([
    [
      'an answer that may be null now',
      (r) => (at(schema(r, 'IngestionStatusReport'), 'properties', 'lastSync')['type'] = 'string'),
      'lastSync may be null',
    ],
    [
      'an object that may be null now',
      (r) => {
        const properties = at(schema(r, 'IngestionStatusReport'), 'properties');
        properties['lastRun'] = { $ref: '#/components/schemas/ListedRun' };
      },
      'lastRun may be null',
    ],
    [
      'another name of a type',
      (r) => {
        at(r, 'components', 'schemas')['OldRun'] = schema(r, 'ListedRun');
        const properties = at(schema(r, 'IngestionStatusReport'), 'properties');
        properties['lastRun'] = { anyOf: [{ $ref: '#/components/schemas/OldRun' }, { type: 'null' }] };
      },
      'lastRun is called ListedRun, not OldRun',
    ],
    [
      'another default',
      (r) => (at(schema(r, 'CreateIngestionInput'), 'properties', 'status')['default'] = 'inactive'),
      'body.status has another default',
    ],
  ])('finds %s in a description of 3.1', (_, change, found) => {
    expect(compare(change, document31)).toContain(found);
  });

  it('lets a description of 3.1 pass that says the same', () => {
    expect(compare(() => undefined, document31)).toContain('nothing breaks callers');
  });

  it.each<[string, (released: Json) => void]>([
    ['a new operation', (r) => delete at(r, 'paths')['/ingestion']],
    ['a new optional member', (r) => delete at(schema(r, 'CreateIngestionInput'), 'properties')['status']],
    ['a new member of an answer', (r) => delete at(schema(r, 'Run'), 'properties')['rows']],
    [
      'a looser limit',
      (r) => (at(schema(r, 'CreateIngestionInput'), 'properties', 'name')['maxLength'] = 10),
    ],
    [
      'a new problem',
      (r) => {
        at(schema(r, 'ProblemCode'))['enum'] = ['validation-failed'];
        at(r, 'paths', '/ingestion', 'post', 'responses', '409')['x-problem-codes'] = ['conflict'];
      },
    ],
    [
      'a status that is answered besides',
      (r) => delete at(r, 'paths', '/ingestion', 'post', 'responses')['409'],
    ],
    [
      'a new optional parameter',
      (r) => {
        const operation = at(r, 'paths', '/ingestion/{connectionId}/runs', 'get');
        operation['parameters'] = (operation['parameters'] as Json[]).filter((one) => one['required']);
      },
    ],
    [
      'a new header of an answer',
      (r) => (at(r, 'paths', '/ingestion', 'get', 'responses', '200')['headers'] = {}),
    ],
    ['other texts', (r) => (schema(r, 'Run')['description'] = 'Old.')],
    [
      'a member that may be null where it is sent',
      (r) => (at(schema(r, 'PatchIngestionInput'), 'properties', 'name')['nullable'] = false),
    ],
    ['nothing at all', () => undefined],
  ])('lets %s pass', (_, change) => {
    expect(compare(change)).toContain('nothing breaks callers');
  });
});
