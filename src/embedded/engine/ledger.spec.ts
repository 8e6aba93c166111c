import { toBytes } from '../protocol/message-writer';
import { parseSourceState } from '../protocol/source-state';
import { Forwarder } from './forwarder';
import { GuardError, Ledger } from './ledger';
import { streamKey } from '../protocol/stream-name';
import { renameState, renamingOf } from './naming';

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

function add(ledger: Ledger, message: Record<string, unknown>): void {
  const parsed = parseSourceState(message, toBytes(JSON.stringify({ type: 'STATE', state: message })));
  if (parsed === null) throw new Error('no state');
  ledger.addState(parsed, message);
}

const global = (at: number, ...streams: (typeof S)[]): Record<string, unknown> => ({
  type: 'GLOBAL',
  global: {
    shared_state: { at },
    stream_states: streams.map((stream) => ({ stream_descriptor: stream, stream_state: { at } })),
  },
});

describe('the books of an attempt', () => {
  it('give a state and its rows only when the destination gave it back', () => {
    const ledger = new Ledger();
    ledger.addRecords('["","s"]', S, 3, 30);
    ledger.addRecords('["n","t"]', T, 2, 20);
    add(ledger, state(S, 1, { sourceStats: { recordCount: 3 } }));
    expect(ledger.unacknowledged).toBe(1);
    expect(ledger.acknowledge(state(S, 1, { destinationStats: { recordCount: 3 } }))).toEqual({
      states: [{ kind: 'STREAM', position: { stream: S, text: '{"at":1}' } }],
      streamCounts: [{ ...S, rows: 3, bytes: 30 }],
    });
    expect(ledger.unacknowledged).toBe(0);
    expect(ledger.rest).toEqual([{ ...T, rows: 2, bytes: 20 }]);
  });

  it('take a state of the whole connection for all records so far', () => {
    const ledger = new Ledger();
    ledger.addRecords('["","s"]', S, 3, 30);
    ledger.addRecords('["n","t"]', T, 2, 20);
    add(ledger, { ...global(1), sourceStats: { recordCount: 5 } });
    expect(ledger.rest).toEqual([]);
  });

  it('do not mind the order of members, which connectors may change', () => {
    const ledger = new Ledger();
    add(ledger, {
      type: 'STREAM',
      stream: { stream_descriptor: { name: 's' }, stream_state: { a: 1, b: 2 } },
    });
    const back = {
      stream: { stream_state: { b: 2, a: 1 }, stream_descriptor: { name: 's' } },
      type: 'STREAM',
    };
    expect(ledger.acknowledge(back).states).toHaveLength(1);
  });

  it('take the newest state of a stream for the earlier ones, with the records of all', () => {
    const ledger = new Ledger();
    for (const at of [1, 2, 3]) {
      ledger.addRecords('["","s"]', S, at, 10);
      add(ledger, state(S, at));
    }
    const back = state(S, 3, { destinationStats: { recordCount: 6 } });
    expect(ledger.acknowledge(back)).toEqual({
      states: [{ kind: 'STREAM', position: { stream: S, text: '{"at":3}' } }],
      streamCounts: [{ ...S, rows: 6, bytes: 30 }],
    });
    expect(ledger.finish()).toEqual({ states: [], streamCounts: [] });
  });

  it('take a state of one stream for another stream only at the good end of the destination', () => {
    const ledger = new Ledger();
    ledger.addRecords('["n","t"]', T, 2, 20);
    add(ledger, state(T, 1));
    ledger.addRecords('["","s"]', S, 3, 30);
    add(ledger, state(S, 1));
    expect(ledger.acknowledge(state(S, 1)).streamCounts).toEqual([{ ...S, rows: 3, bytes: 30 }]);
    expect(ledger.unacknowledged).toBe(1);
    expect(ledger.finish()).toEqual({
      states: [{ kind: 'STREAM', position: { stream: T, text: '{"at":1}' } }],
      streamCounts: [{ ...T, rows: 2, bytes: 20 }],
    });
  });

  it('never bring a stream back to the position of an earlier state of all streams', () => {
    const ledger = new Ledger();
    add(ledger, global(1, S, T));
    add(ledger, state(S, 2));
    ledger.acknowledge(state(S, 2));
    expect(ledger.finish().states).toEqual([
      { kind: 'GLOBAL', shared: '{"at":1}', positions: [{ stream: T, text: '{"at":1}' }] },
    ]);
  });

  it('tell two states in the same words apart by their records', () => {
    const ledger = new Ledger();
    for (const rows of [2, 3]) {
      ledger.addRecords('["","s"]', S, rows, 10);
      add(ledger, state(S, 1));
    }
    const back = (recordCount: number): Record<string, unknown> =>
      state(S, 1, { destinationStats: { recordCount } });
    expect(ledger.acknowledge(back(2)).streamCounts).toMatchObject([{ rows: 2 }]);
    expect(ledger.acknowledge(back(3)).streamCounts).toMatchObject([{ rows: 3 }]);
  });

  it('keep no more bytes of states than allowed for a destination that gives only the last back', () => {
    const ledger = new Ledger();
    const big = 'x'.repeat(8 * 1024 * 1024);
    const at = (number: number): Record<string, unknown> => ({
      type: 'STREAM',
      stream: { stream_descriptor: { name: 's' }, stream_state: { big, number } },
    });
    for (let number = 0; number < 20; number++) {
      ledger.addRecords('["","s"]', S, 1, 1);
      add(ledger, at(number));
    }
    // The oldest made room: their rows count, and only a newer state can be resumed from.
    expect(ledger.acknowledge(at(0))).toMatchObject({ states: [], streamCounts: [{ rows: 1 }] });
    expect(ledger.acknowledge(at(19))).toMatchObject({
      states: [{ kind: 'STREAM' }],
      streamCounts: [{ rows: 19 }],
    });
  });

  it('refuse more states than fit, however small each is', () => {
    const limits = { contentBytes: 1000, entryBytes: 5120 };
    const ledger = new Ledger(limits);
    for (let at = 0; at < 10; at++) add(ledger, state(S, at));
    expect(() => {
      add(ledger, state(S, 10));
    }).toThrow('The destination has not acknowledged 11 states, and no more can be kept.');
  });

  it('have room again for states of the size of those that came back', () => {
    const ledger = new Ledger({ contentBytes: 1000, entryBytes: 5120 });
    for (let at = 0; at < 100; at++) {
      add(ledger, state(S, at));
      if (at > 4) ledger.acknowledge(state(S, at - 5));
    }
    expect(ledger.unacknowledged).toBe(5);
  });

  it('hold the contents of the newest state of each stream, whatever makes room', () => {
    const ledger = new Ledger({ contentBytes: 20, entryBytes: 100_000 });
    add(ledger, state(T, 7));
    for (let at = 0; at < 20; at++) add(ledger, state(S, at));
    expect(ledger.acknowledge(state(S, 18)).states).toEqual([]);
    expect(ledger.acknowledge(state(S, 19)).states).toHaveLength(1);
    expect(ledger.acknowledge(state(T, 7)).states).toHaveLength(1);
  });

  it('take tens of thousands of states of a destination that kept them to its end, one by one', () => {
    const ledger = new Ledger();
    const count = 50_000;
    for (let at = 0; at < count; at++) {
      const stream = at % 2 === 0 ? S : T;
      ledger.addRecords(streamKey(stream), stream, 1, 1);
      add(ledger, state(stream, at));
    }
    let rows = 0;
    for (const [first, stream] of [S, T].entries())
      for (let at = first; at < count; at += 2)
        for (const counts of ledger.acknowledge(state(stream, at)).streamCounts) rows += counts.rows;
    expect([rows, ledger.unacknowledged]).toEqual([count, 0]);
  });

  it.each([
    [
      'a record that the source counted and that never arrived',
      (l: Ledger): void => {
        add(l, state(S, 1, { sourceStats: { recordCount: 4 } }));
      },
    ],
    [
      'a record that the destination did not store',
      (l: Ledger): unknown => (
        add(l, state(S, 1)),
        l.acknowledge(state(S, 1, { destinationStats: { recordCount: 2 } }))
      ),
    ],
    [
      'a record that the destination did not store before the newest of its states',
      (l: Ledger): unknown => (
        add(l, state(S, 1)),
        l.addRecords('["","s"]', S, 3, 30),
        add(l, state(S, 2)),
        l.acknowledge(state(S, 2, { destinationStats: { recordCount: 5 } }))
      ),
    ],
    [
      'states out of order',
      (l: Ledger): unknown => (
        add(l, state(S, 1)),
        add(l, state(S, 2)),
        l.acknowledge(state(S, 2)),
        l.acknowledge(state(S, 1))
      ),
    ],
    ['a state that was changed', (l: Ledger): unknown => (add(l, state(S, 1)), l.acknowledge(state(S, 7)))],
    ['a state that was never sent', (l: Ledger): unknown => l.acknowledge(state(S, 1))],
    [
      'a last state that did not come back',
      (l: Ledger): unknown => (
        add(l, state(S, 1)),
        add(l, state(S, 2)),
        l.acknowledge(state(S, 1)),
        l.finish()
      ),
    ],
    ['no state that came back', (l: Ledger): unknown => (add(l, global(1)), l.finish())],
  ])('are wrong after %s', (_what, break_) => {
    const ledger = new Ledger();
    ledger.addRecords('["","s"]', S, 3, 30);
    expect(() => {
      break_(ledger);
    }).toThrow(GuardError);
  });
});

describe('forwarding', () => {
  const record = (stream: string, more = ''): string =>
    `{"type":"RECORD","record":{"stream":"${stream}"${more},"data":{"a":1},"emitted_at":1}}\n`;

  it('passes records on byte for byte and counts them by stream, wherever the chunks are cut', () => {
    const text =
      record('s') +
      'not a message\n' +
      record('s') +
      record('t', ',"namespace":"n"') +
      '{"type": "RECORD", "record": {"stream": "s", "data": {}, "emitted_at": 2}}\n';
    for (let cut = 1; cut < text.length; cut++) {
      const ledger = new Ledger();
      const forwarder = new Forwarder(ledger);
      const pieces = [
        ...forwarder.push(Buffer.from(text.slice(0, cut))),
        ...forwarder.push(Buffer.from(text.slice(cut))),
        ...forwarder.end(),
      ];
      const passed = pieces.map((piece) => ('records' in piece ? piece.records.toString() : '?')).join('');
      expect(passed).toBe(text.replace('not a message\n', ''));
      expect(ledger.rest.map(({ name, namespace, rows }) => [name, namespace, rows])).toEqual([
        ['s', '', 3],
        ['t', 'n', 1],
      ]);
    }
  });

  it('comes to a state before the records behind it are counted', () => {
    const ledger = new Ledger();
    const states = `${record('s')}{"type":"STATE","state":{"type":"LEGACY","data":{}}}\n${record('s')}`;
    const seen: number[] = [];
    for (const piece of new Forwarder(ledger).push(Buffer.from(states))) {
      if ('message' in piece) seen.push(ledger.rest[0]?.rows ?? 0);
    }
    expect(seen).toEqual([1]);
  });

  it('takes a whole last message without an end of line, and no half of one for the end of a source', () => {
    const rest = (text: string): string[] => {
      const forwarder = new Forwarder(new Ledger());
      const pieces = [...forwarder.push(Buffer.from(text)), ...forwarder.end()];
      return pieces.map((piece) => ('records' in piece ? piece.records.toString() : '?'));
    };
    const [first, second] = [record('s'), record('s').slice(0, -1)];
    expect(rest(first + second).join('')).toBe(`${first}${second}\n`);
    expect(rest(`${first}bye`).join('')).toBe(first);
    for (const cut of [1, 10, 40, second.length - 1])
      expect(() => rest(first + second.slice(0, cut))).toThrow(GuardError);
    expect(() => rest('{"type":"LOG","log":{"mess')).toThrow(GuardError);
  });

  it("gives streams the destination's names, whatever the layout of the line", () => {
    const rename = renamingOf({
      namespaceDefinition: 'custom_format',
      namespaceFormat: 'x_${SOURCE_NAMESPACE}',
      prefix: 'p_',
    });
    const forwarder = new Forwarder(new Ledger(), rename);
    const odd =
      '{"type": "RECORD", "record": {"emitted_at": 1, "data": {"a":1}, "namespace": "n", "stream": "s"}}\n';
    const usual = record('s', ',"namespace":"n"');
    const pieces = [...forwarder.push(Buffer.from(odd + usual + usual + usual))];
    const passed = pieces.map((piece) => ('records' in piece ? piece.records.toString() : '?')).join('');
    expect(passed).toBe(record('p_s', ',"namespace":"x_n"').repeat(4));
  });
});

describe('names at the destination', () => {
  it.each(['a$$b', 'a$&b', "a$'b", 'a$`b', '$1', '${SOURCE_NAMESPACE}'])(
    'hold the namespace %s of the source as it is',
    (namespace) => {
      const rename = renamingOf({
        namespaceDefinition: 'custom_format',
        namespaceFormat: 'x_${SOURCE_NAMESPACE}_${SOURCE_NAMESPACE}',
        prefix: '$$',
      });
      expect(rename({ name: '$&', namespace })).toEqual({
        name: '$$$&',
        namespace: `x_${namespace}_${namespace}`,
      });
    },
  );

  it.each([
    ['destination', { name: 'p_s', namespace: '' }],
    ['source', { name: 'p_s', namespace: 'n' }],
  ])('follow the namespace definition %s', (namespaceDefinition, expected) => {
    const rename = renamingOf({ namespaceDefinition, prefix: 'p_' });
    expect(rename({ name: 's', namespace: 'n' })).toEqual(expected);
    const state = {
      type: 'STREAM',
      stream: { stream_descriptor: { name: 's', namespace: 'n' }, stream_state: { a: 1 } },
    };
    const { name, namespace } = expected;
    expect(renameState(state, rename)).toEqual({
      type: 'STREAM',
      stream: {
        stream_descriptor: namespace === '' ? { name } : { name, namespace },
        stream_state: { a: 1 },
      },
    });
  });
});
