import fc from 'fast-check';
import type { EmbeddedUnderTest } from '../../../test/embedded/embedded-kit';
import { MODES, ScriptedBench, type Mode } from '../../../test/embedded/scripted-bench';
import {
  STATE_KINDS,
  type ScriptedConnectors,
  type SourceScript,
} from '../../../test/embedded/scripted-connectors';

let bench: ScriptedBench;
let embedded: EmbeddedUnderTest;
let connectors: ScriptedConnectors;

beforeAll(async () => {
  bench = await ScriptedBench.start();
  ({ embedded, connectors } = bench);
});

afterAll(() => embedded.remove());

const upTo = (last: number): number[] => Array.from({ length: last }, (_, index) => index + 1);

describe.each(STATE_KINDS)('a source that keeps %s states', (kind) => {
  it('starts over with every full refresh, and resumes incremental syncs', async () => {
    const connection = await bench.connect({ a: 'full_refresh_overwrite', b: 'incremental_append' });
    for (const rows of [10, 10, 13]) {
      expect(await connection.sync({ kind, rows: { a: rows, b: rows } })).toBe('succeeded');
      expect([connection.ids('a'), connection.ids('b')]).toEqual([upTo(rows), upTo(rows)]);
    }
  });

  it('starts over if every stream uses full refresh', async () => {
    const connection = await bench.connect({ a: 'full_refresh_overwrite', b: 'full_refresh_append' });
    for (const times of [1, 2]) {
      expect(await connection.sync({ kind, rows: { a: 5, b: 5 } })).toBe('succeeded');
      expect([connection.ids('a'), connection.ids('b').length]).toEqual([upTo(5), 5 * times]);
    }
  });

  it('loses no row of a stream that was removed and added again', async () => {
    const both = { a: 'incremental_append', b: 'incremental_append' } as const;
    const connection = await bench.connect(both);
    await connection.sync({ kind, rows: { a: 4, b: 4 } });
    await connection.change({ a: 'incremental_append' });
    await connection.sync({ kind, rows: { a: 8, b: 8 } });
    await connection.change(both);
    expect(await connection.sync({ kind, rows: { a: 9, b: 9 } })).toBe('succeeded');
    expect(connection.ids('a')).toEqual(upTo(9));
    expect([...new Set(connection.ids('b'))]).toEqual(upTo(9));
  });
});

describe('states', () => {
  it('are resumed after a source has changed their type', async () => {
    const connection = await bench.connect({ a: 'incremental_append', b: 'incremental_append' });
    let rows = 0;
    for (const kind of ['LEGACY', 'STREAM', 'GLOBAL', 'STREAM', 'LEGACY', 'GLOBAL'] as const) {
      rows += 4;
      expect(await connection.sync({ kind, rows: { a: rows, b: rows } })).toBe('succeeded');
      expect([connection.ids('a'), connection.ids('b')]).toEqual([upTo(rows), upTo(rows)]);
    }
  });

  it('of type LEGACY with one value for all streams are rejected for mixed modes', async () => {
    const connection = await bench.connect({ a: 'full_refresh_overwrite', b: 'incremental_append' });
    expect(await connection.sync({ kind: 'LEGACY', oneNumber: true, rows: { a: 4, b: 4 } })).toBe('failed');
    expect([connection.ids('a'), connectors.attempts]).toEqual([[], 1]);
    expect(embedded.log.join('\n')).toContain(
      'Sync the fully refreshed streams by a connection of their own.',
    );
  });

  it('may be acknowledged together by the newest one', async () => {
    const connection = await bench.connect(
      { a: 'incremental_append', b: 'incremental_append' },
      'lazy-numbers',
    );
    for (const rows of [10, 10, 12]) {
      expect(await connection.sync({ rows: { a: rows, b: rows } })).toBe('succeeded');
      expect([connection.ids('a'), connection.ids('b')]).toEqual([upTo(rows), upTo(rows)]);
    }
  });

  it('and old rows are kept by a destination that treats the end of its input as success', async () => {
    const connection = await bench.connect(
      { a: 'full_refresh_overwrite', b: 'incremental_append' },
      'old-numbers',
    );
    expect(await connection.sync({ rows: { a: 6, b: 6 } })).toBe('succeeded');
    const script = { rows: { a: 9, b: 9 }, failAfter: [4, 9, 10, 17], failsForGood: true };
    expect(await connection.sync(script)).toBe('failed');
    expect(connection.ids('a')).toEqual(upTo(6));
    expect(new Set(connection.ids('b'))).toEqual(new Set(upTo(9)));
    expect(await connection.sync({ rows: { a: 9, b: 9 } })).toBe('succeeded');
    expect([connection.ids('a'), connection.ids('b')]).toEqual([upTo(9), upTo(9)]);
  });

  it('and rows at the destination equal a model, with random modes, types and failures', async () => {
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
        const connection = await bench.connect({ a: 'incremental_append', b: 'incremental_append' });
        const model = new Model();
        const rows = { a: 1, b: 1 };
        let lastKind: string = '';
        for (const { modes, more, ...job } of jobs) {
          // A source that changes the type of its states and fails may repeat rows, as in Airbyte.
          const script = { ...job, failAfter: job.kind === lastKind ? job.failAfter : [] };
          lastKind = job.kind;
          rows.a += more[0];
          rows.b += more[1];
          const named = { a: modes[0], b: modes[1] };
          await connection.change(named);
          const status = await connection.sync({ ...script, rows });
          expect(status).toBe(model.sync(named, rows, script));
          expect({ a: connection.ids('a'), b: connection.ids('b') }).toEqual(model.found);
        }
      }),
      { numRuns: 8 },
    );
  }, 120_000);
});

it('a record of a stream that is not configured fails the attempt', async () => {
  const connection = await bench.connect({ a: 'incremental_append' });
  const before = [{ type: 'RECORD', record: { stream: 'other', emitted_at: 1, data: { id: 1 } } }];
  expect(await connection.sync({ rows: { a: 1 }, before })).toBe('failed');
  expect(embedded.log.join('\n')).toContain(
    'The source sent a record of stream other, which is not configured.',
  );
});

it('at most a thousand errors of connectors are logged', async () => {
  const connection = await bench.connect({ a: 'incremental_append' });
  const error = { type: 'LOG', log: { level: 'ERROR', message: 'row refused' } };
  const before = embedded.log.length;
  await connection.sync({ rows: { a: 1 }, before: Array.from({ length: 5000 }, () => error) });
  const lines = embedded.log.slice(before);
  expect(lines.filter((text) => text.includes('row refused'))).toHaveLength(1000);
  expect(lines.filter((text) => text.includes('are not logged'))).toHaveLength(1);
});

type Name = 'a' | 'b';

/** The expected rows at the destination, independent of the engine's code. */
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
      // Rows of an overwritten stream count only after the job has succeeded.
      for (const name of ['a', 'b'] as const)
        if (modes[name] === 'full_refresh_overwrite') this.position[name] = 0;
      if (fresh !== null) return 'failed';
    }
    return 'failed';
  }

  /** The rows of overwritten streams, or null if the attempt fails. */
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
