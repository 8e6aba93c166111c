import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { EmbeddedUnderTest } from '../../../test/embedded/embedded-kit';
import { until } from '../../../test/support/until';
import {
  ScriptedConnectors,
  STATE_KINDS,
  type SourceScript,
} from '../../../test/embedded/scripted-connectors';
import { SAMPLE_WORKSPACE_ID } from '../samples/ids';
import { parseObject, type JsonObject } from '../platform/json';

const MODES = ['full_refresh_overwrite', 'full_refresh_append', 'incremental_append'] as const;
type Mode = (typeof MODES)[number];

let embedded: EmbeddedUnderTest;
let connectors: ScriptedConnectors;
let folders = 0;

beforeAll(async () => {
  embedded = await EmbeddedUnderTest.start(
    (dataDir) => {
      connectors = new ScriptedConnectors(dataDir);
    },
    { retryDelayMs: 1, graceMs: 2000, silenceMs: 10_000, stateWaitMs: 300 },
  );
});

afterAll(() => embedded.remove());

const defaults = { kind: 'STREAM', checkpoint: 3, failAfter: [], failsForGood: false } as const;

/** A connection of the scripted source, and what arrived of it. */
class Line {
  private constructor(
    readonly id: string,
    readonly sourceId: string,
    readonly destinationId: string,
    private readonly folder: string,
  ) {}

  static async open(modes: Record<string, Mode>, destination = 'numbers', more: object = {}): Promise<Line> {
    const folder = join(embedded.dataDir, `numbers-${folders++}`);
    mkdirSync(folder);
    const api = embedded.client;
    connectors.script({ ...defaults, rows: Object.fromEntries(Object.keys(modes).map((name) => [name, 0])) });
    const common = { name: 'line', workspaceId: SAMPLE_WORKSPACE_ID };
    const source = await api.post('/sources', {
      ...common,
      configuration: { sourceType: 'scripted', folder, token: 'first-token' },
    });
    const target = await api.post('/destinations', {
      ...common,
      configuration: { destinationType: destination, folder, ...more },
    });
    const sourceId = String(source.body['sourceId']);
    const destinationId = String(target.body['destinationId']);
    const id = await api.connect(sourceId, destinationId, configurations(modes));
    return new Line(id, sourceId, destinationId, folder);
  }

  async change(modes: Record<string, Mode>): Promise<void> {
    const { status } = await embedded.client.patch(`/connections/${this.id}`, configurations(modes));
    if (status !== 200) throw new Error(`The connection was not changed: ${status}`);
  }

  async sync(script: Partial<SourceScript> & Pick<SourceScript, 'rows'>): Promise<string> {
    connectors.script({ ...defaults, ...script });
    const api = embedded.client;
    const job = await api.jobIn(await api.sync(this.id), 'succeeded', 'failed');
    return String(job['status']);
  }

  ids(stream: string): number[] {
    const path = join(this.folder, `${stream}.ids`);
    if (!existsSync(path)) return [];
    return readFileSync(path, 'utf8').split('\n').filter(Boolean).map(Number);
  }
}

function configurations(modes: Record<string, Mode>): { configurations: object } {
  return {
    configurations: { streams: Object.entries(modes).map(([name, syncMode]) => ({ name, syncMode })) },
  };
}

const upTo = (last: number): number[] => Array.from({ length: last }, (_, index) => index + 1);

describe.each(STATE_KINDS)('a source that keeps %s states', (kind) => {
  it('is read from its beginning by every full refresh, and resumed by incremental syncs', async () => {
    const line = await Line.open({ a: 'full_refresh_overwrite', b: 'incremental_append' });
    for (const rows of [10, 10, 13]) {
      expect(await line.sync({ kind, rows: { a: rows, b: rows } })).toBe('succeeded');
      expect([line.ids('a'), line.ids('b')]).toEqual([upTo(rows), upTo(rows)]);
    }
  });

  it('is read from its beginning when every stream is fully refreshed', async () => {
    const line = await Line.open({ a: 'full_refresh_overwrite', b: 'full_refresh_append' });
    for (const times of [1, 2]) {
      expect(await line.sync({ kind, rows: { a: 5, b: 5 } })).toBe('succeeded');
      expect([line.ids('a'), line.ids('b').length]).toEqual([upTo(5), 5 * times]);
    }
  });

  it('loses no row of a stream that was left out for a while', async () => {
    const both = { a: 'incremental_append', b: 'incremental_append' } as const;
    const line = await Line.open(both);
    await line.sync({ kind, rows: { a: 4, b: 4 } });
    await line.change({ a: 'incremental_append' });
    await line.sync({ kind, rows: { a: 8, b: 8 } });
    await line.change(both);
    expect(await line.sync({ kind, rows: { a: 9, b: 9 } })).toBe('succeeded');
    expect(line.ids('a')).toEqual(upTo(9));
    expect([...new Set(line.ids('b'))]).toEqual(upTo(9));
  });
});

describe('states', () => {
  it('go on where they were when a source changes their kind', async () => {
    const line = await Line.open({ a: 'incremental_append', b: 'incremental_append' });
    let rows = 0;
    for (const kind of ['LEGACY', 'STREAM', 'GLOBAL', 'STREAM', 'LEGACY', 'GLOBAL'] as const) {
      rows += 4;
      expect(await line.sync({ kind, rows: { a: rows, b: rows } })).toBe('succeeded');
      expect([line.ids('a'), line.ids('b')]).toEqual([upTo(rows), upTo(rows)]);
    }
  });

  it('of the LEGACY kind that hold one value for all streams are refused where modes are mixed', async () => {
    const line = await Line.open({ a: 'full_refresh_overwrite', b: 'incremental_append' });
    expect(await line.sync({ kind: 'LEGACY', oneNumber: true, rows: { a: 4, b: 4 } })).toBe('failed');
    expect([line.ids('a'), connectors.attempts]).toEqual([[], 1]);
    expect(embedded.log.join('\n')).toContain(
      'Sync the fully refreshed streams by a connection of their own.',
    );
  });

  it('are acknowledged together by a destination that gives back only its newest', async () => {
    const line = await Line.open({ a: 'incremental_append', b: 'incremental_append' }, 'lazy-numbers');
    for (const rows of [10, 10, 12]) {
      expect(await line.sync({ rows: { a: rows, b: rows } })).toBe('succeeded');
      expect([line.ids('a'), line.ids('b')]).toEqual([upTo(rows), upTo(rows)]);
    }
  });

  it('and old rows are kept by a destination that takes the end of its input for the end of the data', async () => {
    const line = await Line.open({ a: 'full_refresh_overwrite', b: 'incremental_append' }, 'old-numbers');
    expect(await line.sync({ rows: { a: 6, b: 6 } })).toBe('succeeded');
    const script = { rows: { a: 9, b: 9 }, failAfter: [4, 9, 10, 17], failsForGood: true };
    expect(await line.sync(script)).toBe('failed');
    expect(line.ids('a')).toEqual(upTo(6));
    expect(new Set(line.ids('b'))).toEqual(new Set(upTo(9)));
    expect(await line.sync({ rows: { a: 9, b: 9 } })).toBe('succeeded');
    expect([line.ids('a'), line.ids('b')]).toEqual([upTo(9), upTo(9)]);
  });

  it('and everything else in the destination equal a model, whatever the modes, kinds and failures', async () => {
    const job = fc.record({
      kind: fc.constantFrom(...STATE_KINDS),
      modes: fc.tuple(fc.constantFrom(...MODES), fc.constantFrom(...MODES)),
      more: fc.tuple(fc.nat(4), fc.nat(4)),
      checkpoint: fc.integer({ min: 1, max: 4 }),
      failAfter: fc.array(fc.nat(9), { maxLength: 2 }),
      failsForGood: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(job, { minLength: 2, maxLength: 5 }), async (jobs) => {
        const line = await Line.open({ a: 'incremental_append', b: 'incremental_append' });
        const model = new Model();
        const rows = { a: 1, b: 1 };
        let lastKind: string = '';
        for (const { modes, more, ...job } of jobs) {
          // A source that changes the kind of its states and fails meanwhile may repeat rows, as in Airbyte.
          const script = { ...job, failAfter: job.kind === lastKind ? job.failAfter : [] };
          lastKind = job.kind;
          rows.a += more[0];
          rows.b += more[1];
          const named = { a: modes[0], b: modes[1] };
          await line.change(named);
          const status = await line.sync({ ...script, rows });
          expect(status).toBe(model.sync(named, rows, script));
          expect({ a: line.ids('a'), b: line.ids('b') }).toEqual(model.found);
        }
      }),
      { numRuns: 8 },
    );
  }, 120_000);
});

describe('a configuration that a connector sends back', () => {
  const control = (config: object): object => ({
    type: 'CONTROL',
    control: { type: 'CONNECTOR_CONFIG', emitted_at: 1, connectorConfig: { config } },
  });

  it('is kept at once, also when the attempt fails, and shown and stored as the first one was', async () => {
    const line = await Line.open({ a: 'incremental_append' });
    const before = [control({ token: 'second-token' })];
    expect(await line.sync({ rows: { a: 1 }, before, failsForGood: true })).toBe('failed');
    expect(await line.sync({ rows: { a: 1 } })).toBe('succeeded');
    expect(JSON.parse(connectors.lastConfiguration)).toEqual({
      token: 'second-token',
    });
    const { body } = await embedded.client.get(`/sources/${line.sourceId}`);
    expect(body['configuration']).toEqual({ sourceType: 'scripted', token: '**********' });
    for (const file of readdirSync(embedded.dataDir).filter((name) => name.startsWith('state.db')))
      expect(readFileSync(join(embedded.dataDir, file)).includes('second-token')).toBe(false);
  });

  it('holds new secrets, which are masked from then on', async () => {
    const line = await Line.open({ a: 'incremental_append' });
    const log = { type: 'LOG', log: { level: 'ERROR', message: 'the token third-token is old' } };
    await line.sync({ rows: { a: 1 }, before: [control({ token: 'third-token' }), log] });
    expect(embedded.log.join('\n')).toContain('the token ********** is old');
    expect(embedded.log.join('\n')).not.toContain('third-token');
  });

  it('is kept for a destination too', async () => {
    const line = await Line.open({ a: 'incremental_append' }, 'numbers', {
      control: { folder: '/elsewhere', region: 'north' },
    });
    expect(await line.sync({ rows: { a: 1 } })).toBe('succeeded');
    const { body } = await embedded.client.get(`/destinations/${line.destinationId}`);
    expect(body['configuration']).toEqual({
      destinationType: 'numbers',
      folder: '/elsewhere',
      region: 'north',
    });
  });

  it('is kept when it comes with a discovery, also with one that fails', async () => {
    const line = await Line.open({ a: 'incremental_append' });
    connectors.script({
      ...defaults,
      rows: { a: 1 },
      before: [control({ token: 'fourth-token' })],
      failsForGood: true,
    });
    const { status } = await embedded.client.get(
      `/streams?sourceId=${line.sourceId}&destinationId=${line.destinationId}&ignoreCache=true`,
    );
    expect(status).toBe(500);
    expect(await line.sync({ rows: { a: 1 } })).toBe('succeeded');
    expect(JSON.parse(connectors.lastConfiguration)).toEqual({ token: 'fourth-token' });
  });

  it('leaves what a user has changed since the attempt began, and brings a new token all the same', async () => {
    const line = await Line.open({ a: 'incremental_append' });
    const path = `/sources/${line.sourceId}`;
    const replace = (configuration: JsonObject): Promise<unknown> =>
      embedded.client.put(path, {
        name: 'scripted',
        configuration: { sourceType: 'scripted', ...configuration },
      });
    const syncWhile = async (sent: readonly object[], change: JsonObject): Promise<JsonObject> => {
      const waitsFor = join(embedded.dataDir, `go-${folders++}`);
      const synced = line.sync({ rows: { a: 1 }, waitsFor, before: sent.map(control) });
      await until('the attempt to begin', () => (connectors.attempts > 0 ? true : null));
      await replace(change);
      writeFileSync(waitsFor, '');
      expect(await synced).toBe('succeeded');
      expect(await line.sync({ rows: { a: 1 } })).toBe('succeeded');
      return parseObject(connectors.lastConfiguration) ?? {};
    };
    await replace({ token: 'first', region: 'north' });
    // The user changed another member: both changes are there.
    expect(
      await syncWhile(
        [
          { token: 'second', region: 'north' },
          { token: 'third', region: 'north' },
        ],
        { token: 'first', region: 'south' },
      ),
    ).toEqual({ token: 'third', region: 'south' });
    // The user sent a token: it is newer than what the attempt has made of the old one.
    expect(
      await syncWhile([{ token: 'fourth', region: 'south', added: 1 }], { token: 'mine', region: 'south' }),
    ).toEqual({ token: 'mine', region: 'south', added: 1 });
  });

  it('is refused when it is larger than is kept', async () => {
    const line = await Line.open({ a: 'incremental_append' });
    const before = [control({ token: 'x'.repeat(1024 * 1024) })];
    expect(await line.sync({ rows: { a: 1 }, before })).toBe('failed');
    expect(connectors.attempts).toBe(1);
    expect(embedded.log.join('\n')).toContain('The source sent a configuration of more than 1 MiB');
  });
});

it('a record of a stream that was not asked for fails the attempt, since it would be lost', async () => {
  const line = await Line.open({ a: 'incremental_append' });
  const before = [{ type: 'RECORD', record: { stream: 'other', emitted_at: 1, data: { id: 1 } } }];
  expect(await line.sync({ rows: { a: 1 }, before })).toBe('failed');
  expect(embedded.log.join('\n')).toContain(
    'The source sent a record of stream other, which is not configured.',
  );
});

it('of the errors that connectors log, a thousand are shown', async () => {
  const line = await Line.open({ a: 'incremental_append' });
  const error = { type: 'LOG', log: { level: 'ERROR', message: 'row refused' } };
  const before = embedded.log.length;
  await line.sync({ rows: { a: 1 }, before: Array.from({ length: 5000 }, () => error) });
  const lines = embedded.log.slice(before);
  expect(lines.filter((text) => text.includes('row refused'))).toHaveLength(1000);
  expect(lines.filter((text) => text.includes('are not logged'))).toHaveLength(1);
});

type Name = 'a' | 'b';

/** What the destination must hold: written from the promise, with none of the engine's code. */
class Model {
  readonly found: Record<Name, number[]> = { a: [], b: [] };
  private readonly position: Record<Name, number> = { a: 0, b: 0 };

  sync(
    modes: Record<Name, Mode>,
    rows: Record<Name, number>,
    { checkpoint, failAfter, failsForGood }: Pick<SourceScript, 'checkpoint' | 'failAfter' | 'failsForGood'>,
  ): string {
    for (const name of ['a', 'b'] as const) if (modes[name] !== 'incremental_append') this.position[name] = 0;
    const limits = [...failAfter, Infinity];
    for (const limit of limits) {
      const fresh = this.attempt(modes, rows, checkpoint, limit);
      if (fresh !== null && !failsForGood) {
        for (const name of ['a', 'b'] as const)
          if (modes[name] === 'full_refresh_overwrite') this.found[name] = fresh[name];
        return 'succeeded';
      }
      // Nothing of an overwritten stream counts before all of it arrived.
      for (const name of ['a', 'b'] as const)
        if (modes[name] === 'full_refresh_overwrite') this.position[name] = 0;
      if (fresh !== null) return 'failed';
    }
    return 'failed';
  }

  /** The rows of overwritten streams, or null when the attempt fails in its midst. */
  private attempt(
    modes: Record<Name, Mode>,
    rows: Record<Name, number>,
    checkpoint: number,
    limit: number,
  ): Record<Name, number[]> | null {
    const fresh: Record<Name, number[]> = { a: [], b: [] };
    let sent = 0;
    for (const name of ['a', 'b'] as const) {
      const target = modes[name] === 'full_refresh_overwrite' ? fresh : this.found;
      let waiting: number[] = [];
      const commit = (): void => {
        target[name].push(...waiting);
        this.position[name] += waiting.length;
        waiting = [];
      };
      while (this.position[name] + waiting.length < rows[name]) {
        if (sent++ >= limit) return null;
        waiting.push(this.position[name] + waiting.length + 1);
        if (waiting.length === checkpoint) commit();
      }
      commit();
    }
    return sent >= limit ? null : fresh;
  }
}
