import { Forwarder } from './forwarder';
import { GuardError, Checkpoints } from './checkpoints';
import { renamingOf } from './naming';

describe('the forwarder', () => {
  const record = (stream: string, more = ''): string =>
    `{"type":"RECORD","record":{"stream":"${stream}"${more},"data":{"a":1},"emitted_at":1}}\n`;

  it('forwards records byte for byte and counts them by stream, with any chunk boundary', () => {
    const text =
      record('s') +
      'not a message\n' +
      record('s') +
      record('t', ',"namespace":"n"') +
      '{"type": "RECORD", "record": {"stream": "s", "data": {}, "emitted_at": 2}}\n';
    for (let cut = 1; cut < text.length; cut++) {
      const checkpoints = new Checkpoints();
      const forwarder = new Forwarder(checkpoints);
      const pieces = [
        ...forwarder.push(Buffer.from(text.slice(0, cut))),
        ...forwarder.push(Buffer.from(text.slice(cut))),
        ...forwarder.end(),
      ];
      const passed = pieces.map((piece) => ('records' in piece ? piece.records.toString() : '?')).join('');
      expect(passed).toBe(text.replace('not a message\n', ''));
      expect(checkpoints.rest.map(({ name, namespace, rows }) => [name, namespace, rows])).toEqual([
        ['s', '', 3],
        ['t', 'n', 1],
      ]);
    }
  });

  it('yields a state before it counts later records', () => {
    const checkpoints = new Checkpoints();
    const states = `${record('s')}{"type":"STATE","state":{"type":"LEGACY","data":{}}}\n${record('s')}`;
    const seen: number[] = [];
    for (const piece of new Forwarder(checkpoints).push(Buffer.from(states))) {
      if ('message' in piece) seen.push(checkpoints.rest[0]?.rows ?? 0);
    }
    expect(seen).toEqual([1]);
  });

  it('accepts a complete last message without a newline, and rejects an incomplete one', () => {
    const rest = (text: string): string[] => {
      const forwarder = new Forwarder(new Checkpoints());
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

  it('renames streams in any layout of the line', () => {
    const rename = renamingOf({
      namespaceDefinition: 'custom_format',
      namespaceFormat: 'x_${SOURCE_NAMESPACE}',
      prefix: 'p_',
    });
    const forwarder = new Forwarder(new Checkpoints(), rename);
    const odd =
      '{"type": "RECORD", "record": {"emitted_at": 1, "data": {"a":1}, "namespace": "n", "stream": "s"}}\n';
    const usual = record('s', ',"namespace":"n"');
    const pieces = [...forwarder.push(Buffer.from(odd + usual + usual + usual))];
    const passed = pieces.map((piece) => ('records' in piece ? piece.records.toString() : '?')).join('');
    expect(passed).toBe(record('p_s', ',"namespace":"x_n"').repeat(4));
  });
});
