import { numberAt, objectAt, parseObject, stringAt, type JsonObject } from '../platform/json';
import { hasAt, JsonObjectScanner } from './json-scan';
import { fromBytes, toBytes } from './message-writer';

const EMITTED_AT = ',"emitted_at":';
/** No time of the next 30,000 years has more digits. */
const MAX_TIME_DIGITS = 15;

/** A record with unparsed data, valid until the next record is read. */
export interface RawRecord {
  readonly stream: string;
  readonly namespace: string | null;
  /** The JSON object, one character per byte. It is not parsed, so no number is rounded. */
  readonly data: JsonObjectScanner;
  /** Milliseconds since 1970. */
  readonly emittedAtMs: number;
}

/** Reads protocol lines, one character per byte. */
export class LineReader {
  private readonly data = new JsonObjectScanner();
  private last: { stream: string; namespace: string | null; head: string } | null = null;

  /** A record, another message, or null for a line that is not a message. The line is a part of the text. */
  read(text: string, start = 0, end = text.length): { record: RawRecord } | { message: JsonObject } | null {
    const quick = this.last === null ? null : this.readWithPrefix(text, start, end, this.last);
    if (quick !== null) return { record: quick };
    const line = text.slice(start, end);
    const message = parseObject(fromBytes(line));
    const record = message?.['type'] === 'RECORD' ? objectAt(message, 'record') : undefined;
    if (message === null || record === undefined) return message === null ? null : { message };
    return this.readParsed(line, record);
  }

  private readParsed(line: string, record: JsonObject): { record: RawRecord } | null {
    const [stream, data] = [
      stringAt(record, 'stream') ?? '',
      rawMember(rawMember(line, 'record') ?? '', 'data'),
    ];
    if (data === null || this.data.scan(data, 0) !== data.length) return null;
    const namespace = stringAt(record, 'namespace') ?? null;
    this.last = { stream, namespace, head: recordPrefix(stream, namespace) };
    const emittedAtMs = numberAt(record, 'emitted_at') ?? Date.now();
    return { record: { stream, namespace, data: this.data, emittedAtMs } };
  }

  /** Fast path for a line with the names of the previous record: the data is between a known prefix and the time. */
  private readWithPrefix(
    text: string,
    start: number,
    end: number,
    { stream, namespace, head }: { stream: string; namespace: string | null; head: string },
  ): RawRecord | null {
    if (!hasAt(text, head, start)) return null;
    const { data } = this;
    const dataEnd = data.scan(text, start + head.length);
    if (dataEnd < 0 || !hasAt(text, EMITTED_AT, dataEnd)) return null;
    const emittedAtMs = timeIn(text, dataEnd + EMITTED_AT.length, end - 2);
    if (emittedAtMs === null || !hasAt(text, '}}', end - 2)) return null;
    return { stream, namespace, data, emittedAtMs };
  }
}

/** The number of digits between two indexes, or null. */
function timeIn(text: string, start: number, end: number): number | null {
  if (end <= start || end - start > MAX_TIME_DIGITS) return null;
  let time = 0;
  for (let at = start; at < end; at++) {
    const digit = text.charCodeAt(at) - 0x30;
    if (!(digit >= 0 && digit <= 9)) return null;
    time = time * 10 + digit;
  }
  return time;
}

/**
 * Whether an invalid line looks like a record, for example with NaN or Infinity, which JSON does not allow. Dropping it like
 * other output would lose a row.
 */
export function looksLikeRecord(line: string): boolean {
  return /^\s*\{/.test(line) && /"type"\s*:\s*"RECORD"/.test(line);
}

/** The beginning of a record up to its data, one character per byte. */
export function recordPrefix(stream: string, namespace: string | null): string {
  const names = `"stream":${JSON.stringify(stream)}${namespace === null ? '' : `,"namespace":${JSON.stringify(namespace)}`}`;
  return toBytes(`{"type":"RECORD","record":{${names},"data":`);
}

/** The raw value of a member of a valid JSON object. */
export function rawMember(object: string, name: string): string | null {
  for (const member of eachMember(object)) if (member.name === name) return member.text;
  return null;
}

/** The members of a valid JSON object with their raw values. */
export function rawMembers(object: string): { name: string; text: string }[] {
  return [...eachMember(object)];
}

function* eachMember(object: string): Generator<{ name: string; text: string }> {
  let at = object.indexOf('{') + 1;
  while (at > 0 && at < object.length) {
    const keyStart = object.indexOf('"', at);
    if (keyStart < 0) return;
    const keyEnd = endOfString(object, keyStart);
    const valueStart = object.indexOf(':', keyEnd) + 1;
    const valueEnd = endOfValue(object, valueStart);
    yield {
      name: String(JSON.parse(object.slice(keyStart, keyEnd))),
      text: object.slice(valueStart, valueEnd).trim(),
    };
    at = valueEnd + 1;
  }
}

/** The raw items of a valid JSON array. */
export function rawItems(array: string): string[] {
  const items: string[] = [];
  let at = array.indexOf('[') + 1;
  while (at > 0 && at < array.length) {
    const end = endOfValue(array, at);
    const item = array.slice(at, end).trim();
    if (item !== '') items.push(item);
    at = end + 1;
  }
  return items;
}

function endOfString(text: string, open: number): number {
  let at = open + 1;
  for (let code = text.charCodeAt(at); code !== 0x22; code = text.charCodeAt(at)) at += code === 0x5c ? 2 : 1;
  return at + 1;
}

/** The end of a value: the comma or bracket after it. */
function endOfValue(text: string, start: number): number {
  let depth = 0;
  for (let at = start; at < text.length; at++) {
    const character = text[at];
    if (character === '"') at = endOfString(text, at) - 1;
    else if (character === '{' || character === '[') depth++;
    else if (depth === 0 && (character === ',' || character === '}' || character === ']')) return at;
    else if (character === '}' || character === ']') depth--;
  }
  return text.length;
}
