import { Forwarder } from './forwarder';
import { GuardError, Ledger } from './ledger';
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

describe('the books of an attempt', () => {
  it('give a state and its rows only when the destination gave it back', () => {
    const ledger = new Ledger();
    ledger.addRecords('["","s"]', S, 3, 30);
    ledger.addRecords('["n","t"]', T, 2, 20);
    ledger.addState(state(S, 1, { sourceStats: { recordCount: 3 } }));
    expect(ledger.owed).toBe(1);
    const committed = ledger.settle(state(S, 1, { destinationStats: { recordCount: 3 } }));
    expect(committed).toMatchObject({
      stream: S,
      tallies: [{ ...S, rows: 3, bytes: 30 }],
      text: JSON.stringify(state(S, 1, { sourceStats: { recordCount: 3 } })),
    });
    expect(ledger.owed).toBe(0);
    expect(ledger.rest).toEqual([{ ...T, rows: 2, bytes: 20 }]);
  });

  it('take a state of the whole connection for all records so far', () => {
    const ledger = new Ledger();
    ledger.addRecords('["","s"]', S, 3, 30);
    ledger.addRecords('["n","t"]', T, 2, 20);
    ledger.addState({ type: 'GLOBAL', global: { stream_states: [] }, sourceStats: { recordCount: 5 } });
    expect(ledger.rest).toEqual([]);
  });

  it('do not mind the order of members, which connectors may change', () => {
    const ledger = new Ledger();
    ledger.addState({
      type: 'STREAM',
      stream: { stream_descriptor: { name: 's' }, stream_state: { a: 1, b: 2 } },
    });
    const back = {
      stream: { stream_state: { b: 2, a: 1 }, stream_descriptor: { name: 's' } },
      type: 'STREAM',
    };
    expect(ledger.settle(back).stream).toEqual(S);
  });

  it.each([
    [
      'a record that the source counted and that never arrived',
      (l: Ledger): void => {
        l.addState(state(S, 1, { sourceStats: { recordCount: 4 } }));
      },
    ],
    [
      'a record that the destination did not store',
      (l: Ledger): unknown => (
        l.addState(state(S, 1)),
        l.settle(state(S, 1, { destinationStats: { recordCount: 2 } }))
      ),
    ],
    [
      'states out of order',
      (l: Ledger): unknown => (l.addState(state(S, 1)), l.addState(state(S, 2)), l.settle(state(S, 2))),
    ],
    ['a state that was changed', (l: Ledger): unknown => (l.addState(state(S, 1)), l.settle(state(S, 7)))],
    ['a state that was never sent', (l: Ledger): unknown => l.settle(state(S, 1))],
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
