import { PassThrough, Readable } from 'node:stream';
import fc from 'fast-check';
import { MessageWriter } from './message-writer';
import type { ConfiguredStream } from './messages';
import { streamKey } from './stream-name';
import { writeStreams } from './write-streams';

const name = fc.string({ unit: fc.constantFrom('a', '\n', '"', ',', '[', '\\', '.') });

function configuredStream(stream: string, namespace: string): ConfiguredStream {
  return {
    name: stream,
    namespace,
    jsonSchema: {},
    readMode: 'full_refresh',
    writeMode: 'append',
    cursorField: [],
    primaryKey: [],
  };
}

describe('the key of a stream', () => {
  it('is the same for the same stream only, whatever its names contain', () => {
    fc.assert(
      fc.property(name, name, name, name, (a, b, c, d) => {
        const same = a === c && b === d;
        expect(streamKey({ namespace: a, name: b }) === streamKey({ namespace: c, name: d })).toBe(same);
      }),
    );
    expect(streamKey({ name: 's' })).toBe(streamKey({ namespace: '', name: 's' }));
    expect(streamKey({ namespace: null, name: 's' })).toBe(streamKey({ namespace: '', name: 's' }));
  });

  it('keeps the rows of two streams apart whose names only join to the same text', async () => {
    const streams = [configuredStream('b\nc', 'a'), configuredStream('c', 'a\nb')];
    const rows = new Map<string, string[]>();
    const lines = streams.flatMap(({ name: stream, namespace }) => [
      { type: 'RECORD', record: { stream, namespace, data: { from: namespace }, emitted_at: 1 } },
      {
        type: 'TRACE',
        trace: {
          type: 'STREAM_STATUS',
          stream_status: { stream_descriptor: { name: stream, namespace }, status: 'COMPLETE' },
        },
      },
    ]);
    await writeStreams(
      streams,
      (stream) => {
        const added: string[] = [];
        rows.set(streamKey(stream), added);
        return {
          add: ({ data }) => void added.push(data.json),
          commit: () => undefined,
          complete: () => undefined,
          close: () => undefined,
        };
      },
      Readable.from([Buffer.from(lines.map((line) => `${JSON.stringify(line)}\n`).join(''))]),
      new MessageWriter(new PassThrough()),
    );
    expect([...rows.values()]).toEqual([['{"from":"a"}'], ['{"from":"a\\nb"}']]);
  });
});
