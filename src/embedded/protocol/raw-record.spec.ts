import fc from 'fast-check';
import { fromBytes, toBytes } from './message-writer';
import { LineReader, rawMember } from './raw-record';

function record(line: string): { stream: string; namespace: string | null; data: string } | null {
  const read = new LineReader().read(toBytes(line));
  return read !== null && 'record' in read
    ? { ...read.record, data: fromBytes(read.record.data.json) }
    : null;
}

describe('the data of a record', () => {
  it.each([
    '{"type":"RECORD","record":{"stream":"s","data":{"n":12345678901234567890,"x":1.0},"emitted_at":1}}',
    '{"type": "RECORD", "record": {"emitted_at": 1, "data": {"n":12345678901234567890,"x":1.0}, "stream": "s"}}',
    '{"record":{"namespace":null,"data":{"n":12345678901234567890,"x":1.0},"stream":"s","emitted_at":1},"type":"RECORD"}',
  ])('comes out as it was sent, numbers too large for a double included: %s', (line) => {
    expect(record(line)).toMatchObject({
      stream: 's',
      namespace: null,
      data: '{"n":12345678901234567890,"x":1.0}',
    });
  });

  it('is read alike on the quick way, taken for lines like the one before, and on the slow one', () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.string(), fc.jsonValue()),
        fc.option(fc.string({ minLength: 1 })),
        fc.string({ minLength: 1 }),
        (data, namespace, stream) => {
          const names = namespace === null ? { stream } : { stream, namespace };
          const line = toBytes(
            JSON.stringify({ type: 'RECORD', record: { ...names, data, emitted_at: 1795389374711 } }),
          );
          const reader = new LineReader();
          const read = (): unknown => {
            const found = reader.read(line);
            if (found === null || !('record' in found)) return found;
            const { shape, json } = found.record.data;
            const values = shape.names.map((_, member) => found.record.data.value(member));
            return { ...found.record, data: json, names: shape.names, values };
          };
          const slow = read();
          expect(read()).toEqual(slow);
          expect(slow).toEqual({
            stream,
            namespace,
            data: toBytes(JSON.stringify(data)),
            names: Object.keys(data),
            values: Object.values(data).map((value) => toBytes(JSON.stringify(value))),
            emittedAtMs: 1795389374711,
          });
        },
      ),
    );
  });

  it('is not taken from a line that only looks like a record', () => {
    const reader = new LineReader();
    reader.read('{"type":"RECORD","record":{"stream":"s","data":{},"emitted_at":1}}');
    expect(
      reader.read('{"type":"RECORD","record":{"stream":"s","data":{"a":tru},"emitted_at":1}}'),
    ).toBeNull();
    expect(reader.read('{"type":"RECORD","record":{"stream":"s","data":{"a":1},"emitted_at":1')).toBeNull();
  });

  it('finds a member behind strings with quotes, braces and escapes', () => {
    expect(rawMember('{"a":"\\"},{","b":{"data":[1,"]"]},"data":{"c":"}"}}', 'data')).toBe('{"c":"}"}');
  });
});
