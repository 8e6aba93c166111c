import { toBytes } from '../protocol/message-writer';
import { parseSourceState } from '../protocol/source-state';
import { GuardError, Checkpoints } from './checkpoints';
import { streamKey } from '../protocol/stream-name';

const S = { name: 's', namespace: '' };
const T = { name: 't', namespace: 'n' };

function state(
  stream: { name: string; namespace: string },
  at: number,
  stats: object = {},
): Record<string, unknown> {
  const descriptor = stream.namespace === '' ? { name: stream.name } : stream;
  return { type: 'STREAM', stream: { stream_descriptor: descriptor, stream_state: { at } }, ...stats };
}

function add(checkpoints: Checkpoints, message: Record<string, unknown>): void {
  const parsed = parseSourceState(message, toBytes(JSON.stringify({ type: 'STATE', state: message })));
  if (parsed === null) throw new Error('no state');
  checkpoints.addState(parsed, message);
}

const global = (at: number, ...streams: (typeof S)[]): Record<string, unknown> => ({
  type: 'GLOBAL',
  global: {
    shared_state: { at },
    stream_states: streams.map((stream) => ({ stream_descriptor: stream, stream_state: { at } })),
  },
});

describe('the checkpoints of an attempt', () => {
  it('commits a state and its rows when the destination acknowledges it', () => {
    const checkpoints = new Checkpoints();
    checkpoints.addRecords('["","s"]', S, 3, 30);
    checkpoints.addRecords('["n","t"]', T, 2, 20);
    add(checkpoints, state(S, 1, { sourceStats: { recordCount: 3 } }));
    expect(checkpoints.unacknowledged).toBe(1);
    expect(checkpoints.acknowledge(state(S, 1, { destinationStats: { recordCount: 3 } }))).toEqual({
      states: [{ kind: 'STREAM', position: { stream: S, text: '{"at":1}' } }],
      streamCounts: [{ ...S, rows: 3, bytes: 30 }],
    });
    expect(checkpoints.unacknowledged).toBe(0);
    expect(checkpoints.rest).toEqual([{ ...T, rows: 2, bytes: 20 }]);
  });

  it('assigns all records so far to a GLOBAL state', () => {
    const checkpoints = new Checkpoints();
    checkpoints.addRecords('["","s"]', S, 3, 30);
    checkpoints.addRecords('["n","t"]', T, 2, 20);
    add(checkpoints, { ...global(1), sourceStats: { recordCount: 5 } });
    expect(checkpoints.rest).toEqual([]);
  });

  it('accepts acknowledgements with another order of members', () => {
    const checkpoints = new Checkpoints();
    add(checkpoints, {
      type: 'STREAM',
      stream: { stream_descriptor: { name: 's' }, stream_state: { a: 1, b: 2 } },
    });
    const back = {
      stream: { stream_state: { b: 2, a: 1 }, stream_descriptor: { name: 's' } },
      type: 'STREAM',
    };
    expect(checkpoints.acknowledge(back).states).toHaveLength(1);
  });

  it('commits earlier states of a stream with its newest one', () => {
    const checkpoints = new Checkpoints();
    for (const at of [1, 2, 3]) {
      checkpoints.addRecords('["","s"]', S, at, 10);
      add(checkpoints, state(S, at));
    }
    const back = state(S, 3, { destinationStats: { recordCount: 6 } });
    expect(checkpoints.acknowledge(back)).toEqual({
      states: [{ kind: 'STREAM', position: { stream: S, text: '{"at":3}' } }],
      streamCounts: [{ ...S, rows: 6, bytes: 30 }],
    });
    expect(checkpoints.finish()).toEqual({ states: [], streamCounts: [] });
  });

  it('commits a state of another stream only after the destination has succeeded', () => {
    const checkpoints = new Checkpoints();
    checkpoints.addRecords('["n","t"]', T, 2, 20);
    add(checkpoints, state(T, 1));
    checkpoints.addRecords('["","s"]', S, 3, 30);
    add(checkpoints, state(S, 1));
    expect(checkpoints.acknowledge(state(S, 1)).streamCounts).toEqual([{ ...S, rows: 3, bytes: 30 }]);
    expect(checkpoints.unacknowledged).toBe(1);
    expect(checkpoints.finish()).toEqual({
      states: [{ kind: 'STREAM', position: { stream: T, text: '{"at":1}' } }],
      streamCounts: [{ ...T, rows: 2, bytes: 20 }],
    });
  });

  it('does not replace a newer position of a stream by a late GLOBAL state', () => {
    const checkpoints = new Checkpoints();
    add(checkpoints, global(1, S, T));
    add(checkpoints, state(S, 2));
    checkpoints.acknowledge(state(S, 2));
    expect(checkpoints.finish().states).toEqual([
      { kind: 'GLOBAL', shared: '{"at":1}', positions: [{ stream: T, text: '{"at":1}' }] },
    ]);
  });

  it('distinguishes equal states by their record counts', () => {
    const checkpoints = new Checkpoints();
    for (const rows of [2, 3]) {
      checkpoints.addRecords('["","s"]', S, rows, 10);
      add(checkpoints, state(S, 1));
    }
    const back = (recordCount: number): Record<string, unknown> =>
      state(S, 1, { destinationStats: { recordCount } });
    expect(checkpoints.acknowledge(back(2)).streamCounts).toMatchObject([{ rows: 2 }]);
    expect(checkpoints.acknowledge(back(3)).streamCounts).toMatchObject([{ rows: 3 }]);
  });

  it('bounds the contents of states for a destination that acknowledges only the last one', () => {
    const checkpoints = new Checkpoints();
    const big = 'x'.repeat(8 * 1024 * 1024);
    const at = (number: number): Record<string, unknown> => ({
      type: 'STREAM',
      stream: { stream_descriptor: { name: 's' }, stream_state: { big, number } },
    });
    for (let number = 0; number < 20; number++) {
      checkpoints.addRecords('["","s"]', S, 1, 1);
      add(checkpoints, at(number));
    }
    // The contents of old states were dropped: their rows are committed, but they cannot be resumed.
    expect(checkpoints.acknowledge(at(0))).toMatchObject({ states: [], streamCounts: [{ rows: 1 }] });
    expect(checkpoints.acknowledge(at(19))).toMatchObject({
      states: [{ kind: 'STREAM' }],
      streamCounts: [{ rows: 19 }],
    });
  });

  it('rejects more small states than fit', () => {
    const limits = { contentBytes: 1000, entryBytes: 5120 };
    const checkpoints = new Checkpoints(limits);
    for (let at = 0; at < 10; at++) add(checkpoints, state(S, at));
    expect(() => {
      add(checkpoints, state(S, 10));
    }).toThrow('The destination has not acknowledged 11 states, and no more can be kept.');
  });

  it('frees memory with each acknowledgement', () => {
    const checkpoints = new Checkpoints({ contentBytes: 1000, entryBytes: 5120 });
    for (let at = 0; at < 100; at++) {
      add(checkpoints, state(S, at));
      if (at > 4) checkpoints.acknowledge(state(S, at - 5));
    }
    expect(checkpoints.unacknowledged).toBe(5);
  });

  it('keeps the contents of the newest state of each stream', () => {
    const checkpoints = new Checkpoints({ contentBytes: 20, entryBytes: 100_000 });
    add(checkpoints, state(T, 7));
    for (let at = 0; at < 20; at++) add(checkpoints, state(S, at));
    expect(checkpoints.acknowledge(state(S, 18)).states).toEqual([]);
    expect(checkpoints.acknowledge(state(S, 19)).states).toHaveLength(1);
    expect(checkpoints.acknowledge(state(T, 7)).states).toHaveLength(1);
  });

  it('accepts acknowledgements of 50,000 states one by one', () => {
    const checkpoints = new Checkpoints();
    const count = 50_000;
    for (let at = 0; at < count; at++) {
      const stream = at % 2 === 0 ? S : T;
      checkpoints.addRecords(streamKey(stream), stream, 1, 1);
      add(checkpoints, state(stream, at));
    }
    let rows = 0;
    for (const [first, stream] of [S, T].entries())
      for (let at = first; at < count; at += 2)
        for (const counts of checkpoints.acknowledge(state(stream, at)).streamCounts) rows += counts.rows;
    expect([rows, checkpoints.unacknowledged]).toEqual([count, 0]);
  });

  it.each([
    [
      'a record that the source counted but did not send',
      (l: Checkpoints): void => {
        add(l, state(S, 1, { sourceStats: { recordCount: 4 } }));
      },
    ],
    [
      'a record that the destination did not store',
      (l: Checkpoints): unknown => (
        add(l, state(S, 1)),
        l.acknowledge(state(S, 1, { destinationStats: { recordCount: 2 } }))
      ),
    ],
    [
      'a missing record before the newest state',
      (l: Checkpoints): unknown => (
        add(l, state(S, 1)),
        l.addRecords('["","s"]', S, 3, 30),
        add(l, state(S, 2)),
        l.acknowledge(state(S, 2, { destinationStats: { recordCount: 5 } }))
      ),
    ],
    [
      'states out of order',
      (l: Checkpoints): unknown => (
        add(l, state(S, 1)),
        add(l, state(S, 2)),
        l.acknowledge(state(S, 2)),
        l.acknowledge(state(S, 1))
      ),
    ],
    ['a changed state', (l: Checkpoints): unknown => (add(l, state(S, 1)), l.acknowledge(state(S, 7)))],
    ['a state that was never sent', (l: Checkpoints): unknown => l.acknowledge(state(S, 1))],
    [
      'a last state without acknowledgement',
      (l: Checkpoints): unknown => (
        add(l, state(S, 1)),
        add(l, state(S, 2)),
        l.acknowledge(state(S, 1)),
        l.finish()
      ),
    ],
    [
      'a destination without any acknowledgement',
      (l: Checkpoints): unknown => (add(l, global(1)), l.finish()),
    ],
  ])('fails after %s', (_what, break_) => {
    const checkpoints = new Checkpoints();
    checkpoints.addRecords('["","s"]', S, 3, 30);
    expect(() => {
      break_(checkpoints);
    }).toThrow(GuardError);
  });
});
