import { mapSourcePosition } from 'source-map-support';

/** A position in a line of a stack trace. */
const POSITION = /\(?((?:\/|file:|[A-Za-z]:\\)[^()]*):(\d+):(\d+)\)?$/;

/**
 * Returns a stack trace with positions in the sources, `src/**\/*.ts`. Only stacks for the log are mapped: the first mapping
 * takes half a second of CPU time and 80 MB. Node reads the stack of every connection reset, so clients could cause that cost
 * if all stacks were mapped.
 */
export function mappedStack(stack: string): string {
  return stack.split('\n').map(mappedLine).join('\n');
}

function mappedLine(line: string): string {
  const [, source, row, column] = POSITION.exec(line) ?? [];
  if (source === undefined || !/^\s+at /.test(line)) return line;
  // Columns of a stack trace begin at 1, those of a source map at 0.
  const mapped = mapSourcePosition({ source, line: Number(row), column: Number(column) - 1 });
  return line.replace(`${source}:${row}:${column}`, `${mapped.source}:${mapped.line}:${mapped.column + 1}`);
}
