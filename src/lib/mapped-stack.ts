import { mapSourcePosition } from 'source-map-support';

/** A position in a line of a stack trace. */
const POSITION = /\(?((?:\/|file:|[A-Za-z]:\\)[^()]*):(\d+):(\d+)\)?$/;

/**
 * Maps a stack trace to positions in `src/**\/*.ts`. Use it only for logged stacks: the first call takes half a second of CPU
 * time and 80 MB. Node reads the stack of every ECONNRESET, so a global mapping would let clients cause this cost.
 */
export function mappedStack(stack: string): string {
  return stack.split('\n').map(mappedLine).join('\n');
}

function mappedLine(line: string): string {
  const [, source, row, column] = POSITION.exec(line) ?? [];
  if (source === undefined || !/^\s+at /.test(line)) return line;
  // Columns start at 1 in a stack trace and at 0 in a source map.
  const mapped = mapSourcePosition({ source, line: Number(row), column: Number(column) - 1 });
  return line.replace(`${source}:${row}:${column}`, `${mapped.source}:${mapped.line}:${mapped.column + 1}`);
}
