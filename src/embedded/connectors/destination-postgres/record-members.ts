import { fromBytes, toBytes } from '../../protocol/message-writer';
import { endOfString, endOfValue, skipSpace } from '../record-members';

/** A member of a record: its name as it is spelt between the quotes, and the text of its value. */
export interface Member {
  readonly spelling: string;
  readonly value: string;
}

/** The members of an object that is known to be valid JSON, in their order. It does not recurse. */
export function membersOf(object: string): Member[] {
  const members: Member[] = [];
  let at = object.indexOf('"');
  while (at >= 0) {
    const nameEnd = endOfString(object, at);
    const spelling = object.slice(at + 1, nameEnd - 1);
    const start = skipSpace(object, skipSpace(object, nameEnd) + 1);
    const end = endOfValue(object, start);
    members.push({ spelling, value: object.slice(start, end) });
    const next = skipSpace(object, end);
    at = object.charCodeAt(next) === 0x2c ? skipSpace(object, next + 1) : -1;
  }
  return members;
}

/**
 * Whether an object in a value that is known to be valid JSON has a member twice: `jsonb` would keep the last one only.
 */
export function repeatsMember(value: string): boolean {
  const names: (Set<string> | null)[] = [];
  for (let at = 0; at < value.length; at++) {
    const code = value.charCodeAt(at);
    if (code === 0x7b) names.push(new Set());
    else if (code === 0x5b) names.push(null);
    else if (code === 0x7d || code === 0x5d) names.pop();
    else if (code === 0x22) {
      const end = endOfString(value, at);
      const seen = names.at(-1);
      if (seen !== undefined && seen !== null && value.charCodeAt(skipSpace(value, end)) === 0x3a) {
        const name = nameOf(value.slice(at, end));
        if (seen.has(name)) return true;
        seen.add(name);
      }
      at = end - 1;
    }
  }
  return false;
}

function nameOf(quotedName: string): string {
  if (!quotedName.includes('\\')) return quotedName.slice(1, -1);
  return toBytes(String(JSON.parse(fromBytes(quotedName))));
}
