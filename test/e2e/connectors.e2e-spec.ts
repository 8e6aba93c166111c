import { connectorBench } from '../support/connector-bench';
import { fault, json, problem, SOURCE_ID, DESTINATION_ID, WORKSPACE_ID } from '../support/scripted-upstream';
import { DEFINITION_IDS } from '../support/upstream-connectors';

const OTHER_WORKSPACE = '22222222-2222-4222-8222-222222222222';
const ABSENT = '00000000-0000-4000-8000-000000000000';
const { bench, send } = connectorBench();

const KINDS = [
  { kind: 'source', id: SOURCE_ID, type: 'file' },
  { kind: 'destination', id: DESTINATION_ID, type: 'postgres' },
] as const;

describe.each(KINDS)('a $kind', ({ kind, id, type }) => {
  const path = `/${kind}s`;
  const input = { name: 'Mine', type, configuration: { host: 'db.example', pin: '1234' } };

  it('is created with its connector, in the only workspace, and answered without its secrets', async () => {
    const made = await send('post', path, input);
    const madeId = String(made.body[`${kind}Id`]);
    expect([made.status, made.headers['location']]).toEqual([201, `${path}/${madeId}`]);
    expect(made.body).toEqual({
      [`${kind}Id`]: madeId,
      name: 'Mine',
      type,
      definitionId: DEFINITION_IDS[kind],
      workspaceId: WORKSPACE_ID,
      configuration: { host: 'db.example', pin: '**********' },
      created: expect.stringMatching(/^\d{4}-/),
    });
    const [sent] = bench.upstream.of(`POST ${path}`);
    expect(sent?.body).toEqual({
      name: 'Mine',
      workspaceId: WORKSPACE_ID,
      definitionId: DEFINITION_IDS[kind],
      configuration: input.configuration,
    });
  });

  it('is not created with a configuration that the schema of its connector refuses', async () => {
    const configuration = {
      prot: 5,
      port: '80',
      start_date: '1.1.2027',
      tunnel: { method: 'SSH', auth: {} },
    };
    const refused = await send('post', path, { ...input, configuration });
    const errors = refused.body['errors'] as { field: string; reason: string; hint: string }[];
    expect([refused.status, refused.body['code']]).toEqual([400, 'validation-failed']);
    expect(Object.fromEntries(errors.map(({ field, hint }) => [field, hint]))).toEqual({
      'configuration.host': 'Host: Name of the server.',
      'configuration.prot': expect.stringContaining('Did you mean port?'),
      'configuration.port': 'Send the number without quotes.',
      'configuration.start_date': 'Write it in the form YYYY-MM-DD.',
      'configuration.tunnel.auth.kind': expect.any(String),
    });
    expect(bench.upstream.count(`POST ${path}`)).toBe(0);
  });

  it.each([
    [{ type: 'fiel' }, 'type', 'names no'],
    [{ type: null }, 'type', 'is missing'],
    [{ definitionId: ABSENT, type: undefined }, 'definitionId', 'names no'],
    [{ definitionId: ABSENT }, 'type', 'is sent together with definitionId'],
    [{ configuration: [] }, 'configuration', 'must be an object'],
    [{ configuration: undefined }, 'configuration', 'is missing'],
    [{ configuration: { host: 'h', pin: '**********' } }, 'configuration.pin', 'is masked'],
    [{ connectionConfiguration: {} }, 'connectionConfiguration', 'is not a known field'],
  ])('is not created from %j', async (change, field, reason) => {
    const refused = await send('post', path, { ...input, ...change });
    expect(refused.body['errors']).toContainEqual(
      expect.objectContaining({ field, reason: expect.stringContaining(reason) }),
    );
    expect(bench.upstream.count(`POST ${path}`)).toBe(0);
  });

  it('is created without a schema where the installation has none', async () => {
    bench.upstream.on(`GET /workspaces/:id/definitions/${kind}s`, () => problem(404, null));
    const workspaceId = '33333333-3333-4333-8333-333333333333';
    bench.upstream.state.workspaces.set(workspaceId, 'Without definitions');
    const made = await send('post', path, { ...input, workspaceId });
    expect(made.body).toMatchObject({ configuration: { host: 'db.example' } });
    expect(bench.upstream.of(`POST ${path}`)[0]?.body).toMatchObject({
      configuration: { ...input.configuration, [`${kind}Type`]: type },
    });
  });

  it('is refused in a workspace that does not exist, and the capabilities stay as they are', async () => {
    const workspaceId = '44444444-4444-4444-8444-444444444444';
    for (const route of [path, `${path}/check`]) {
      const refused = await send('post', route, { ...input, workspaceId });
      expect(refused.body).toMatchObject({ code: 'validation-failed', errors: [{ field: 'workspaceId' }] });
    }
    expect(bench.upstream.requests.filter(({ method }) => method !== 'GET')).toEqual([]);
    expect((await send('post', `${path}/check`, input)).status).toBe(200);
  });

  it('is created once for one Idempotency-Key, and the key is kept without secrets', async () => {
    const headers = { 'Idempotency-Key': `once-${kind}` };
    const [first, second] = [
      await send('post', path, input, headers),
      await send('post', path, input, headers),
    ];
    expect(second.body).toEqual(first.body);
    expect(second.headers['idempotency-replayed']).toBe('true');
    expect(second.text).not.toContain('1234');
    expect(bench.upstream.count(`POST ${path}`)).toBe(1);
  });

  it('is found again by a retry after a lost answer, and not created twice', async () => {
    bench.upstream.on(`POST ${path}`, (request) => {
      bench.upstream.act(request);
      return fault('reset');
    });
    const headers = { 'Idempotency-Key': `lost-${kind}` };
    const lost = await send('post', path, input, headers);
    expect([lost.status, lost.body['code']]).toEqual([504, 'outcome-unknown']);
    const retry = await send('post', path, input, headers);
    expect([retry.status, retry.body['name']]).toEqual([201, 'Mine']);
    expect(bench.upstream.count(`POST ${path}`)).toBe(1);
  });

  it('is read with an entity tag and without its secrets', async () => {
    const read = await send('get', `${path}/${id}`);
    expect(read.text).not.toContain('secret-of');
    expect(read.body['configuration']).toEqual({ host: 'db.example', password: '**********' });
    const again = await send('get', `${path}/${id}`, undefined, {
      'If-None-Match': read.headers['etag'] ?? '',
    });
    expect(again.status).toBe(304);
  });

  it('keeps secrets that a change does not send, or sends as the mask of the answer', async () => {
    bench.upstream.state[`${kind}s`].set(id, {
      ...{ id, name: 'Mine', type, workspaceId: WORKSPACE_ID },
      configuration: {
        host: 'old',
        pin: 'keep-me',
        tunnel: { method: 'SSH', auth: { kind: 'key', pem: 'P' } },
      },
    });
    const { body } = await send('get', `${path}/${id}`);
    const shown = body['configuration'] as object;
    const changed = await send('patch', `${path}/${id}`, { configuration: { ...shown, host: 'new' } });
    expect(changed.status).toBe(200);
    expect(bench.upstream.of(`PATCH ${path}/:id`)[0]?.body).toEqual({
      configuration: { host: 'new', tunnel: { method: 'SSH', auth: { kind: 'key' } } },
    });
    expect(bench.upstream.state[`${kind}s`].get(id)?.configuration).toMatchObject({
      host: 'new',
      pin: 'keep-me',
      tunnel: { auth: { pem: 'P' } },
    });
  });

  it('is not changed by an invalid configuration, a mask without a value, or another version', async () => {
    const at = `${path}/${id}`;
    bench.upstream.state[`${kind}s`].set(id, {
      ...{ id, name: 'Mine', type, workspaceId: WORKSPACE_ID },
      configuration: { host: 'h' },
    });
    expect(await send('patch', at, { configuration: { port: 0 } })).toMatchObject({
      status: 400,
      body: { errors: [{ field: 'configuration.port' }] },
    });
    expect(await send('patch', at, { configuration: { pin: '**********' } })).toMatchObject({
      status: 400,
      body: { errors: [{ field: 'configuration.pin' }] },
    });
    expect(await send('patch', at, { type: 'other' })).toMatchObject({ status: 400 });
    expect(await send('patch', at, { name: 'New' }, { 'If-Match': '"other"' })).toMatchObject({
      status: 412,
    });
    expect(bench.upstream.count(`PATCH ${path}/:id`)).toBe(0);
  });

  it('is deleted only if no ingestion uses it', async () => {
    const { connectionId } = bench.upstream.state.addConnection({ [`${kind}Id`]: id });
    const refused = await send('delete', `${path}/${id}`);
    expect([refused.status, refused.body['code']]).toEqual([409, 'connector-in-use']);
    expect(refused.body['detail']).toContain(connectionId);
    bench.upstream.state.connections.clear();
    expect((await send('delete', `${path}/${id}`)).status).toBe(204);
    expect((await send('get', `${path}/${id}`)).body['code']).toBe(`${kind}-not-found`);
  });

  it('of another workspace is like one that does not exist, in answers and calls', async () => {
    const foreign = '44444444-4444-4444-8444-444444444444';
    if (kind === 'source') bench.upstream.state.addSource(foreign, OTHER_WORKSPACE);
    else bench.upstream.state.addDestination(foreign, OTHER_WORKSPACE);
    const headers = { 'X-API-Key': 'team', 'x-request-id': 'same' };
    for (const [method, body] of [
      ['get', undefined],
      ['patch', { configuration: { host: 'x' } }],
      ['delete', undefined],
    ] as const) {
      const traces = [];
      for (const one of [foreign, ABSENT]) {
        bench.upstream.requests.length = 0;
        const { status, text } = await send(method, `${path}/${one}`, body, headers);
        const calls = bench.upstream.requests.map(({ operation }) => operation);
        traces.push({ status, text: text.replaceAll(one, 'ID'), calls });
      }
      expect(traces[0]).toEqual(traces[1]);
    }
    const elsewhere = await send('post', path, { ...input, workspaceId: OTHER_WORKSPACE }, headers);
    expect(elsewhere.body['errors']).toMatchObject([{ field: 'workspaceId' }]);
  });

  it('is changed only with the scope connector:write', async () => {
    const headers = { 'X-API-Key': 'reader' };
    expect((await send('post', path, input, headers)).status).toBe(403);
    expect((await send('patch', `${path}/${id}`, { name: 'x' }, headers)).status).toBe(403);
    expect((await send('delete', `${path}/${id}`, undefined, headers)).status).toBe(403);
    expect((await send('get', `${path}/${id}`, undefined, headers)).status).toBe(200);
  });
});

describe('GET /connector-definitions', () => {
  it('lists the connectors with the schemas of their configurations, page by page', async () => {
    const first = await send('get', '/connector-definitions?pageSize=1');
    expect(first.body['data']).toMatchObject([
      {
        definitionId: DEFINITION_IDS.source,
        kind: 'source',
        type: 'file',
        name: 'File',
        version: '0.5.3',
        configurationSchema: { required: ['host'] },
      },
    ]);
    const token = encodeURIComponent(String(first.body['nextPageToken']));
    const second = await send('get', `/connector-definitions?pageSize=1&pageToken=${token}`);
    expect(second.body).toMatchObject({ data: [{ kind: 'destination' }], nextPageToken: null });
  });

  it('leaves out the schemas that cannot be had', async () => {
    const workspaceId = '55555555-5555-4555-8555-555555555555';
    bench.upstream.state.workspaces.set(workspaceId, 'Without schemas');
    bench.upstream.on('internal destination_definition_specifications/get', () => json(500, {}));
    const list = await send('get', `/connector-definitions?kind=destination&workspaceId=${workspaceId}`);
    expect(list.body['data']).toMatchObject([{ configurationSchema: null }]);
  });
});
