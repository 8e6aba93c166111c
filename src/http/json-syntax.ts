import { createScanner, type ParseErrorCode, printParseErrorCode, visit } from 'jsonc-parser';
import { MAX_BODY_DEPTH, nestedTooDeeply } from './body-structure';
import { malformedBody, type ProblemException } from '../api/problem/problem.exception';

const MAX_SHOWN_CHARACTERS = 40;

/** Disables the extensions of the library: RFC 8259 has no comments and no trailing commas. */
const STRICT = { disallowComments: true, allowTrailingComma: false };

/** Closing bracket of each opening one. */
const CLOSING: ReadonlyMap<string, string> = new Map([
  ['{', '}'],
  ['[', ']'],
]);

const AFTER_THE_END = 'is after the end of the JSON value. Remove it.';

/** Reason and correction for each error code of jsonc-parser. */
const REASONS: Partial<Record<string, string>> = {
  InvalidNumberFormat: 'is not a valid number.',
  PropertyNameExpected: 'is unexpected. Write a member name in double quotes, or remove the comma before it.',
  ValueExpected: 'is unexpected. Write a value, or remove the comma before it.',
  ColonExpected: 'is unexpected. Write a colon before it.',
  CommaExpected: 'is unexpected. Write a comma before it.',
  CloseBraceExpected: 'is unexpected. Write } before it.',
  CloseBracketExpected: 'is unexpected. Write ] before it.',
  EndOfFileExpected: AFTER_THE_END,
  InvalidCommentToken: 'starts a comment. Remove it: JSON has no comments.',
  UnexpectedEndOfString: 'is a string without a closing quote.',
  UnexpectedEndOfNumber: 'is an incomplete number.',
  InvalidUnicode: 'contains a \\u escape without four hexadecimal digits.',
  InvalidEscapeCharacter: 'contains an invalid escape. Write a backslash as \\\\.',
  InvalidCharacter: 'contains a control character. Escape it, for example a tab as \\t.',
};

/** Reasons for invalid symbols, such as the constants of Python and JavaScript. The first that matches applies. */
const SYMBOLS: readonly (readonly [pattern: RegExp, reason: string])[] = [
  [/^(true|false|null)$/i, 'is not a JSON value. Write true, false and null in lower case.'],
  [/^(none|nil|undefined)$/i, 'is not a JSON value. Write null, or omit the member.'],
  [/^([-+]?(nan|inf|infinity)$|[-+.]+$|[-+.]*\d|x[\da-f]+$)/i, 'is not a valid JSON number.'],
  [/^[“”„‟«»‘’‚`']/, 'has the wrong quotes. Write strings in double quotes (").'],
  [/^/, 'is not a JSON value. Write strings in double quotes.'],
];

/** Returns a problem with the position and reason of the first syntax error. Call it after the JSON parser rejects `text`. */
export function jsonSyntaxProblem(text: string): ProblemException {
  if (isDeeperThan(MAX_BODY_DEPTH, text)) return nestedTooDeeply();
  let problem: ProblemException | undefined;
  visit(
    text,
    {
      onError: (code: ParseErrorCode, offset: number, length: number) => {
        problem ??= faultAt(text, offset, length, reasonOf(printParseErrorCode(code), text, offset, length));
      },
    },
    STRICT,
  );
  return problem ?? malformedBody('Send one JSON object.');
}

function reasonOf(code: string, text: string, offset: number, length: number): string {
  const token = text.slice(offset, offset + length);
  if (isWhole(text.slice(0, offset))) return AFTER_THE_END;
  if (code === 'InvalidSymbol') return SYMBOLS.find(([pattern]) => pattern.test(token))?.[1] ?? '';
  if (code === 'CommaExpected' && /0\d/.test(text.slice(offset - 1, offset + 1)))
    return 'follows a leading 0. Remove the 0.';
  if (code === 'CommaExpected' && /^[}\]]/.test(token)) return 'does not match the last open bracket.';
  return REASONS[code] ?? 'is not valid JSON.';
}

function isWhole(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    // The error is within the JSON and not behind it.
    return false;
  }
}

/**
 * Returns true if more than `depth` brackets are open at once. `visit` recurses into each of them, so 10,000 of them would
 * exhaust the stack. Closing brackets that do not match the last open one are ignored, as `visit` does.
 */
function isDeeperThan(depth: number, text: string): boolean {
  const scanner = createScanner(text, true);
  const open: string[] = [];
  for (;;) {
    scanner.scan();
    // The end of the text has no first character. That of a string is its quote.
    const first = text.charAt(scanner.getTokenOffset());
    if (first === '') return false;
    const closing = CLOSING.get(first);
    if (closing !== undefined) open.push(closing);
    else if (first === open.at(-1)) open.pop();
    if (open.length > depth) return true;
  }
}

/** Returns a problem if an object has duplicate members. `text` must not be nested deeply. RFC 8259 does not define which member applies. */
export function duplicateMemberProblem(text: string): ProblemException | undefined {
  const open: Set<string>[] = [];
  let problem: ProblemException | undefined;
  visit(
    text,
    {
      onObjectBegin: () => {
        open.push(new Set());
      },
      onObjectEnd: () => {
        open.pop();
      },
      onObjectProperty: (name, offset) => {
        const names = open.at(-1);
        if (names?.has(name))
          problem ??= faultAt(text, offset, name.length + 2, 'is a duplicate member. Keep one.');
        names?.add(name);
      },
    },
    STRICT,
  );
  return problem;
}

function faultAt(text: string, offset: number, length: number, reason: string): ProblemException {
  const before = text.slice(0, offset).split(/\r\n|\r|\n/);
  const place = `line ${before.length}, column ${(before.at(-1) ?? '').length + 1}`;
  const shown = text.slice(offset, offset + Math.min(Math.max(length, 1), MAX_SHOWN_CHARACTERS));
  return malformedBody(
    shown === ''
      ? `The JSON ends too early, at ${place}.`
      : `The JSON is invalid at ${place}: ${JSON.stringify(shown)} ${reason}`,
  );
}
