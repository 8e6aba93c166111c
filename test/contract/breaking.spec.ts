import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { document } from '../support/contract.document';

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

  function compare(change: (released: Json) => void): string {
    const released = structuredClone(document) as unknown as Json;
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
      (r) => (schema(r, 'CreateIngestionRequest')['required'] = ['name']),
      'body.sourceId is required',
    ],
    [
      'a tighter limit',
      (r) => (at(schema(r, 'CreateIngestionRequest'), 'properties', 'name')['maxLength'] = 256),
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
    [
      'another scope',
      (r) => (at(r, 'paths', '/ingestion', 'post')['x-required-scope'] = 'old'),
      'needs the scope',
    ],
  ])('finds %s', (_, change, found) => {
    expect(compare(change)).toContain(found);
  });

  it.each<[string, (released: Json) => void]>([
    ['a new operation', (r) => delete at(r, 'paths')['/ingestion']],
    ['a new optional member', (r) => delete at(schema(r, 'CreateIngestionRequest'), 'properties')['status']],
    ['a new member of an answer', (r) => delete at(schema(r, 'Run'), 'properties')['rows']],
    [
      'a looser limit',
      (r) => (at(schema(r, 'CreateIngestionRequest'), 'properties', 'name')['maxLength'] = 10),
    ],
    ['nothing at all', () => undefined],
  ])('lets %s pass', (_, change) => {
    expect(compare(change)).toContain('nothing breaks callers');
  });
});
