import { join } from 'node:path';
import { writeFileSync } from 'node:fs';
import { EmbeddedUnderTest, type Answer, type EmbeddedClient } from '../../test/embedded/embedded-kit';
import { Vault } from './secrets/vault';
import { Database } from './store/database';
import { SAMPLE_WORKSPACE_ID } from './samples/ids';

const UNKNOWN = '00000000-0000-4000-8000-000000000000';
/** A connector that accepts any configuration, with one secret. */
const VAULT_SOURCE = `
  const command = process.argv[2];
  const say = (message) => console.log(JSON.stringify(message));
  const properties = { host: { type: 'string' }, key: { type: 'string', airbyte_secret: true }, more: { type: 'object' } };
  if (command === 'spec') say({ type: 'SPEC', spec: { connectionSpecification: { type: 'object', properties } } });
  const { key } = command === 'check' ? JSON.parse(require('fs').readFileSync(process.argv[4])) : {};
  if (command === 'check') say({ type: 'CONNECTION_STATUS', connectionStatus: key === 'right' ? { status: 'SUCCEEDED' } : { status: 'FAILED', message: 'wrong key' } });
`;

let embedded: EmbeddedUnderTest;
let api: EmbeddedClient;

beforeAll(async () => {
  embedded = await EmbeddedUnderTest.start((dataDir) => {
    writeFileSync(join(dataDir, 'vault.js'), VAULT_SOURCE);
    const command = [process.execPath, join(dataDir, 'vault.js')];
    const connectors = [{ definitionId: 'vault', kind: 'source', type: 'vault', command }];
    writeFileSync(join(dataDir, 'connectors.json'), JSON.stringify({ connectors }));
  });
  api = embedded.client;
});

afterAll(() => embedded.remove());

function create(kind: 'source' | 'destination', configuration: object, more = {}): Promise<Answer> {
  return api.post(`/${kind}s`, { name: 'N', workspaceId: SAMPLE_WORKSPACE_ID, configuration, ...more });
}

function messageOf({ body }: Answer): string {
  return JSON.stringify(body['data'] ?? body);
}

describe('creating a source or destination', () => {
  it.each([
    ['source', { sourceType: 'faker', count: '7' }, 'count must be a whole number, not a text'],
    [
      'source',
      { sourceType: 'faker', conut: 7, count: 7 },
      'conut is not a field of this connector: did you mean count?',
    ],
    [
      'source',
      { sourceType: 'postgres', host: 'h', database: 'd', username: 'u', schemas: 'sales' },
      'schemas must be a list',
    ],
    [
      'source',
      { sourceType: 'postgres', host: 'h', database: 'd', username: 'u', port: 99_999 },
      'port must be 65535 or less',
    ],
    [
      'destination',
      { destinationType: 'postgres', host: 'h', database: 'd', username: 'u', schema: ['landing'] },
      'schema must be a text',
    ],
    [
      'destination',
      { destinationType: 'local-json', destination_path: '/local/x', path: 'x' },
      'path is not a field',
    ],
    ['source', {}, 'configuration.sourceType or definitionId'],
    ['destination', { destination_path: '/local/x' }, 'configuration.destinationType or definitionId'],
  ] as const)('of %s %j is 422 and names the field', async (kind, configuration, reason) => {
    const answer = await create(kind, configuration);
    expect([answer.status, answer.body['title']]).toEqual([422, 'unprocessable-entity']);
    expect(messageOf(answer)).toContain(reason);
  });

  it('is answered with 422 for a definition id and the type of another connector', async () => {
    const definitionId = 'dfd88b22-b603-4c3d-aad7-3701784586b1';
    const answer = await create('source', { sourceType: 'file', count: 1 }, { definitionId });
    expect([answer.status, messageOf(answer)]).toEqual([422, expect.stringContaining('faker')]);
    expect((await create('source', { sourceType: 'faker', count: 1 }, { definitionId })).status).toBe(200);
    expect((await create('source', { count: 1 }, { definitionId })).status).toBe(200);
  });

  it('answers with the type in the configuration, where generated clients expect it', async () => {
    const source = await create('source', { sourceType: 'faker', count: 1 });
    expect(source.body['configuration']).toEqual({ sourceType: 'faker', count: 1 });
    const destination = await create('destination', {
      destinationType: 'local-json',
      destination_path: '/local/o',
    });
    expect(destination.body['configuration']).toEqual({
      destinationType: 'local-json',
      destination_path: '/local/o',
    });
  });

  it('answers with a type of the closed list of generated clients', async () => {
    const { body } = await create('destination', {
      destinationType: 'sqlite',
      destination_path: '/local/o.sqlite',
    });
    const path = `/destinations/${String(body['destinationId'])}`;
    const generated = { 'user-agent': 'speakeasy-sdk/python 1.0.1 2.1 1.0.0 airbyte-api' };
    const read = await api.get(path, generated);
    expect(read.body).toMatchObject({
      destinationType: 'sqlite',
      configuration: { destinationType: 'duckdb' },
    });
    const { name, configuration } = read.body;
    expect((await api.put(path, { name, configuration })).body).toEqual(body);
    expect((await api.get(path)).body['configuration']).toMatchObject({ destinationType: 'sqlite' });
  });

  it('is answered with 422 if a secret is only a mask', async () => {
    const answer = await create('source', { sourceType: 'vault', key: '**********' });
    expect([answer.status, messageOf(answer)]).toEqual([422, expect.stringContaining('key is masked')]);
  });
});

describe('changing a source', () => {
  let path: string;

  beforeEach(async () => {
    const { body } = await create('source', { sourceType: 'vault', host: 'a', key: 'right', more: { x: 1 } });
    path = `/sources/${String(body['sourceId'])}`;
  });

  it('with PUT replaces name and configuration and keeps a masked secret, the id and the definition', async () => {
    const before = (await api.get(path)).body;
    const configuration = { sourceType: 'vault', host: 'b', key: '**********' };
    const answer = await api.put(path, { name: 'M', configuration });
    expect(answer.status).toBe(200);
    expect(answer.body).toEqual({ ...before, name: 'M', configuration });
    expect((await api.get(path)).body).toEqual(answer.body);
  });

  it('with PATCH merges the configuration and keeps absent members', async () => {
    const answer = await api.patch(path, { configuration: { host: 'b', more: { y: 2 } } });
    expect(answer.status).toBe(200);
    expect(answer.body['configuration']).toEqual({
      sourceType: 'vault',
      host: 'b',
      key: '**********',
      more: { x: 1, y: 2 },
    });
    expect((await api.patch(path, { name: 'M' })).body).toMatchObject({
      name: 'M',
      configuration: { host: 'b' },
    });
  });

  it('changes nothing if the check fails', async () => {
    const before = (await api.get(path)).body;
    expect((await api.patch(path, { configuration: { key: 'wrong' } })).status).toBe(400);
    expect((await api.put(path, { name: 'M', configuration: { host: 5, key: 'right' } })).status).toBe(422);
    expect((await api.put(path, { name: 'M', configuration: { host: 'x' } })).status).toBe(400);
    expect((await api.patch(path, { configuration: { sourceType: 'faker' } })).status).toBe(422);
    expect((await api.patch(path, { configuration: 'x' })).status).toBe(400);
    expect((await api.put(path, { name: 'M' })).status).toBe(400);
    expect((await api.get(path)).body).toEqual(before);
  });

  it('with an unknown id is answered with 404', async () => {
    expect((await api.put(`/sources/${UNKNOWN}`, { name: 'M', configuration: {} })).status).toBe(404);
    expect((await api.patch(`/destinations/${UNKNOWN}`, { name: 'M' })).status).toBe(404);
  });

  it('with two concurrent calls keeps both changes', async () => {
    const answers = await Promise.all([
      api.patch(path, { configuration: { host: 'b' } }),
      api.patch(path, { configuration: { more: { y: 2 } } }),
    ]);
    expect(answers.map(({ status }) => status)).toEqual([200, 200]);
    expect((await api.get(path)).body['configuration']).toMatchObject({ host: 'b', more: { x: 1, y: 2 } });
  });
});

describe('a configuration that an older version stored', () => {
  it('is still returned, and its sync fails once with the name of the field', async () => {
    const source = (await create('source', { sourceType: 'faker', count: 1 })).body;
    const connectionId = await api.connect(String(source['sourceId']), 'dest-id');
    await embedded.stop();
    const db = Database.open(embedded.dataDir);
    const stored = Vault.open(embedded.dataDir, null, false).seal({ sourceType: 'faker', count: '7' });
    db.run('UPDATE "actors" SET "configuration" = ? WHERE "id" = ?', stored, String(source['sourceId']));
    db.close();
    api = await embedded.startAgain();
    const job = await api.jobIn(await api.sync(connectionId), 'failed', 'succeeded');
    expect(job['status']).toBe('failed');
    expect(embedded.log.join('\n')).toMatch(
      /attempt 1, failed \(config_error, source\).*count must be a whole number/,
    );
    expect(embedded.log.join('\n')).not.toContain('attempt 2');
  });
});

describe('signing in with a form, as generated clients send it', () => {
  it.each(['grant_type', 'grant-type'])('returns a token (%s)', async (grant) => {
    const { apiUrl, clientId, clientSecret } = embedded.access;
    const response = await fetch(`${apiUrl}/applications/token`, {
      method: 'POST',
      body: new URLSearchParams({
        client_id: clientId,
        client_secret: clientSecret,
        [grant]: 'client_credentials',
      }),
    });
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({ token_type: 'Bearer' });
  });

  it('returns a token for JSON with the Content-Type of a form, as curl sends it', async () => {
    const { apiUrl, clientId, clientSecret } = embedded.access;
    const response = await fetch(`${apiUrl}/applications/token`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: JSON.stringify({ client_id: clientId, client_secret: clientSecret }),
    });
    expect(response.status).toBe(200);
  });
});
