import { symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from '@photostructure/sqlite';
import {
  EmbeddedUnderTest,
  rowsOf,
  type Answer,
  type EmbeddedClient,
} from '../../test/embedded/embedded-kit';
import { SAMPLE_WORKSPACE_ID } from './samples/ids';

/** A source with the catalog of its configuration. */
const SHOWS = `
  const [command, , config] = process.argv.slice(2);
  const say = (message) => console.log(JSON.stringify(message));
  if (command === 'spec') say({ type: 'SPEC', spec: { connectionSpecification: { type: 'object' } } });
  if (command === 'check') say({ type: 'CONNECTION_STATUS', connectionStatus: { status: 'SUCCEEDED' } });
  const { streams = [], fields = 0 } = config ? JSON.parse(require('fs').readFileSync(config)) : {};
  const properties = { id: { type: 'integer' }, at: { type: 'string' }, nested: { type: 'object', properties: { key: { type: 'string' } } } };
  for (let i = 0; i < fields; i++) properties['f' + i] = {};
  const stream = (name) => ({ name, json_schema: { type: 'object', properties }, supported_sync_modes: ['full_refresh', 'incremental'] });
  if (command === 'discover') say({ type: 'CATALOG', catalog: { streams: streams.map(stream) } });
`;

let embedded: EmbeddedUnderTest;
let api: EmbeddedClient;

beforeAll(async () => {
  embedded = await EmbeddedUnderTest.start((dataDir) => {
    writeFileSync(join(dataDir, 'shows.js'), SHOWS);
    const double = (kind: string, type: string, definitionId: string): object => ({
      definitionId,
      kind,
      type,
      command: [process.execPath, join(dataDir, 'shows.js')],
    });
    writeFileSync(
      join(dataDir, 'connectors.json'),
      JSON.stringify({ connectors: [double('source', 'shows', 'shows')] }),
    );
  });
  api = embedded.client;
});

afterAll(() => embedded.remove());

async function make(kind: 'source' | 'destination', configuration: object): Promise<string> {
  const answer = await api.post(`/${kind}s`, { name: 'N', workspaceId: SAMPLE_WORKSPACE_ID, configuration });
  if (answer.status !== 200) throw new Error(JSON.stringify(answer.body));
  return String(answer.body[`${kind}Id`]);
}

const shows = (...streams: string[]): Promise<string> => make('source', { sourceType: 'shows', streams });
const files = (path: string): Promise<string> =>
  make('destination', { destinationType: 'local-json', destination_path: path });
const sqlite = (path: string): Promise<string> =>
  make('destination', { destinationType: 'sqlite', destination_path: path });

function connect(sourceId: string, destinationId: string, more: object = {}): Promise<Answer> {
  return api.post('/connections', { sourceId, destinationId, ...more });
}

function reasonOf({ status, body }: Answer): string {
  return `${status} ${JSON.stringify(body['data'] ?? body)}`;
}

describe('a connection that would overwrite the rows of another', () => {
  it('is refused if two stream names give one file', async () => {
    const folder = await files('/local/one');
    expect((await connect(await shows('A_b'), folder)).status).toBe(200);
    const refused = reasonOf(await connect(await shows('a_b'), folder));
    expect(refused).toMatch(/^422 .*would both write to file \/local\/one\/_airbyte_raw_a_b\.jsonl/);
    expect((await connect(await shows('a_b'), folder, { prefix: 'other_' })).status).toBe(200);
  });

  it('is refused for the same folder by another destination, a link or another case', async () => {
    embedded.writeLocal('two/keep', '');
    symlinkSync(join(embedded.dataDir, 'local/two'), join(embedded.dataDir, 'local/two-link'));
    expect((await connect(await shows('Rows'), await files('/local/two'))).status).toBe(200);
    for (const path of ['/local/two/', '/local/./two', '/local/two-link'])
      expect(reasonOf(await connect(await shows('rows'), await files(path)))).toMatch(/^422 /);
    expect((await connect(await shows('Rows'), await sqlite('/local/two.sqlite'))).status).toBe(200);
    expect(reasonOf(await connect(await shows('rows'), await sqlite('/local/two.sqlite')))).toMatch(/^422 /);
  });

  it('is refused if two of its own streams give one file', async () => {
    const refused = reasonOf(await connect(await shows('x.y', 'X.y'), await files('/local/three')));
    expect(refused).toMatch(/^422 .*Two streams, x\.y among them,/);
  });

  it('is refused without the name and the id of a connection of another workspace', async () => {
    const { body } = await connect(await shows('A_b'), await files('/local/foreign'), {
      name: 'Secret plan',
    });
    const id = String(body['connectionId']);
    expect(reasonOf(await connect(await shows('a_b'), await files('/local/foreign')))).toContain(id);
    await embedded.stop();
    const state = new DatabaseSync(join(embedded.dataDir, 'state.db'));
    state.exec(`
      INSERT INTO "workspaces" ("id", "name", "created_at") VALUES ('other', 'Other', 1);
      UPDATE "actors" SET "workspace_id" = 'other' WHERE "id" IN (
        SELECT "source_id" FROM "connections" WHERE "id" = '${id}'
        UNION SELECT "destination_id" FROM "connections" WHERE "id" = '${id}');
      UPDATE "connections" SET "workspace_id" = 'other' WHERE "id" = '${id}'`);
    state.close();
    api = await embedded.startAgain();
    const refused = reasonOf(await connect(await shows('a_b'), await files('/local/foreign')));
    expect(refused).toMatch(/^422 .*A connection of another workspace and this one would both write to/);
    expect(refused).not.toContain(id);
    expect(refused).not.toContain('Secret plan');
  });

  it('is refused if both are created concurrently', async () => {
    const folder = await files('/local/four');
    const [one, other] = [await shows('A_b'), await shows('a_b')];
    const answers = await Promise.all([connect(one, folder), connect(other, folder)]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 422]);
  });

  it('may append to a stream to which others append', async () => {
    const folder = await files('/local/both');
    const append = (name: string): object => ({
      configurations: { streams: [{ name, syncMode: 'full_refresh_append' }] },
    });
    expect((await connect(await shows('A_b'), folder, append('A_b'))).status).toBe(200);
    expect((await connect(await shows('a_b'), folder, append('a_b'))).status).toBe(200);
    expect((await connect(await shows('a-b', 'a_b'), folder)).status).toBe(422);
  });

  it('may write the same stream of the same source, also in another mode', async () => {
    const [source, folder] = [await shows('same'), await files('/local/five')];
    expect((await connect(source, folder)).status).toBe(200);
    expect((await connect(source, folder)).status).toBe(200);
    const streams = [{ name: 'same', syncMode: 'full_refresh_append' }];
    expect((await connect(source, folder, { configurations: { streams } })).status).toBe(200);
    expect((await connect(await shows('same', 'more'), folder)).status).toBe(422);
  });

  it('cannot result from a change of the prefix or of the destination, and other changes are accepted', async () => {
    const folder = await files('/local/six');
    await connect(await shows('a_b'), folder);
    const { body } = await connect(await shows('b'), folder, { prefix: 'x_' });
    const path = `/connections/${String(body['connectionId'])}`;
    expect((await api.patch(path, { prefix: 'A_' })).status).toBe(422);
    expect((await api.get(path)).body['prefix']).toBe('x_');
    expect((await api.patch(path, { name: 'Renamed', status: 'inactive' })).status).toBe(200);
    const elsewhere = await files('/local/six-b');
    await connect(await shows('A_b'), elsewhere);
    const moved = await api.patch(`/destinations/${elsewhere}`, {
      configuration: { destination_path: '/local/six' },
    });
    expect(moved.status).toBe(422);
  });
});

describe('a connection whose source reads what its destination writes', () => {
  const file = (url: string): Promise<string> =>
    make('source', {
      sourceType: 'file',
      dataset_name: 'loop',
      format: 'jsonl',
      url,
      provider: { storage: 'local' },
    });

  it.each(['/local/seven/_airbyte_raw_loop.jsonl', '/local/seven/*.jsonl', '/local/**/*loop.jsonl'])(
    'is refused: %s',
    async (url) => {
      embedded.writeLocal('seven/_airbyte_raw_loop.jsonl', '{"id":1}\n');
      const refused = reasonOf(await connect(await file(url), await files('/local/seven')));
      expect(refused).toMatch(/^422 .*The source reads the write target/);
      expect((await connect(await file(url), await files(`/local/copy-${url.length}`))).status).toBe(
        url.includes('**') ? 422 : 200,
      );
    },
  );
});

describe('the streams of a connection', () => {
  const choose = async (stream: object, source = shows('s')): Promise<string> =>
    reasonOf(
      await connect(await source, await sqlite('/local/eight.sqlite'), {
        configurations: { streams: [stream] },
      }),
    );

  it.each([
    [
      { cursorField: ['nope'], syncMode: 'incremental_append' },
      'Invalid cursor field for stream: s. The stream has no field [nope]; it has: id, at, nested',
    ],
    [{ cursorField: ['nested', 'nope'], syncMode: 'incremental_append' }, 'no field [nested.nope]'],
    [{ cursorField: ['nope'] }, 'no field [nope]'],
    [{ syncMode: 'incremental_append' }, 'No default cursor field found for stream [s]'],
    [
      { syncMode: 'incremental_deduped_history', cursorField: ['at'] },
      'A primary key is required for stream [s]',
    ],
    [
      { syncMode: 'incremental_deduped_history', cursorField: ['at'], primaryKey: [['id'], ['nope']] },
      'Invalid primary key for stream: s. The stream has no field [nope]; it has: id, at, nested',
    ],
    [{ primaryKey: [['id'], ['id']] }, 'names a field twice'],
    [{ syncMode: 'sometimes' }, 'Valid sync modes are: full_refresh_overwrite'],
    [{ name: 'S' }, 'The source has: s.'],
    [{ cursorField: 'at' }, 'configurations.streams[0].cursorField must be a list of texts'],
    [{ primaryKey: ['id'] }, 'configurations.streams[0].primaryKey must be a list of lists of texts'],
    [{ name: 5 }, 'configurations.streams[0].name must be a text'],
  ])('%j are refused with 400 and the name of the field', async (stream, reason) => {
    const refused = await choose({ name: 's', ...stream });
    expect(refused).toMatch(/^400 /);
    expect(refused).toContain(reason);
  });

  it('of a source with its own cursor accept that cursor or none', async () => {
    const faker = make('source', { sourceType: 'faker', count: 1 });
    const stream = { name: 'users', syncMode: 'incremental_append', cursorField: ['id'] };
    expect(await choose(stream, faker)).toContain('the source defines [updated_at]');
    expect(await choose({ ...stream, cursorField: ['updated_at'] }, faker)).toMatch(/^200 /);
  });

  it('are refused if the source has none', async () => {
    const refused = reasonOf(await connect(await shows(), await files('/local/nine')));
    expect(refused).toMatch(/^400 .*The source has no stream/);
  });

  it('are refused with their name if they have too many fields', async () => {
    const wide = await make('source', { sourceType: 'shows', streams: ['wide'], fields: 400_000 });
    const refused = reasonOf(await connect(wide, await files('/local/ten')));
    expect(refused).toMatch(/^400 .*Stream wide has 400003 fields, but at most 20000 are supported/);
  });

  it('keep their schemas after a change without streams, and lists do not contain schemas', async () => {
    const source = await make('source', { sourceType: 'faker', count: 2 });
    const { body } = await connect(source, await files('/local/eleven'));
    const id = String(body['connectionId']);
    expect((await api.patch(`/connections/${id}`, { name: 'Renamed' })).status).toBe(200);
    const listed = rowsOf(await api.get('/connections?limit=100')).find(
      ({ connectionId }) => connectionId === id,
    );
    expect(JSON.stringify(listed)).not.toContain('properties');
    await api.jobIn(await api.sync(id), 'succeeded');
    expect(embedded.readOutput('eleven/_airbyte_raw_users.jsonl')).toHaveLength(2);
  });
});
