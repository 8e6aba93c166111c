import { type ParseErrorCode, printParseErrorCode, visit } from 'jsonc-parser';
import { malformedBody, type ProblemException } from '../api/problem/problem.exception';

const MAX_SHOWN_CHARACTERS = 40;

/** JSON by RFC 8259: the library's comments and trailing commas are not part of it. */
const STRICT = { disallowComments: true, allowTrailingComma: false };

/** What the library's codes mean to somebody who wrote the JSON by hand. */
const REASONS: Partial<Record<string, string>> = {
  InvalidSymbol: 'is not a value: texts need double quotes',
  InvalidNumberFormat: 'is not a number of JSON',
  PropertyNameExpected: 'is not the name of a member in double quotes, or follows a comma too many',
  ValueExpected: 'is not a value, or follows a comma too many',
  ColonExpected: 'is where a colon is missing',
  CommaExpected: 'is where a comma is missing',
  CloseBraceExpected: 'is where } is missing',
  CloseBracketExpected: 'is where ] is missing',
  EndOfFileExpected: 'follows the end of the JSON',
  InvalidCommentToken: 'is a comment, which JSON does not have',
  UnexpectedEndOfString: 'is a text without its closing quote',
  UnexpectedEndOfNumber: 'is a number without its end',
  InvalidUnicode: 'has a \\u escape without four hexadecimal digits',
  InvalidEscapeCharacter: 'has an escape that JSON does not know',
  InvalidCharacter: 'has a control character, which must be escaped',
};

/** Returns where a text stops being JSON and why, as a problem. For texts that JSON.parse has refused. */
export function jsonSyntaxProblem(text: string): ProblemException {
  let problem: ProblemException | undefined;
  visit(
    text,
    {
      onError: (code: ParseErrorCode, offset: number, length: number) => {
        problem ??= faultAt(text, offset, length, REASONS[printParseErrorCode(code)] ?? 'is not JSON');
      },
    },
    STRICT,
  );
  return problem ?? malformedBody('Send one JSON object, encoded in UTF-8.');
}

/**
 * Returns the problem of a member that an object has twice, or undefined. RFC 8259 lets readers choose one of the two, so that
 * the gateway and whoever wrote the body may mean different ones.
 */
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
        if (names?.has(name)) problem ??= faultAt(text, offset, name.length + 2, 'is there twice: keep one');
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
      : `The JSON is wrong at ${place}: ${JSON.stringify(shown)} ${reason}.`,
  );
}
