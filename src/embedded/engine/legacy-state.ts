import { isObject, parseObject, stringAt, type JsonObject } from '../platform/json';
import { rawItems, rawMembers } from '../protocol/raw-record';
import { streamKey, type StreamName } from '../protocol/stream-name';

/** The streams of a connection that keep their state, and those that lose it. */
export interface StateShares {
  readonly kept: readonly StreamName[];
  readonly lost: readonly StreamName[];
}

/**
 * Removes streams from a LEGACY state. Supports one member for each stream (Airbyte's Python CDK) and a list `streams`
 * (Airbyte's old database sources).
 * @returns null for another layout
 */
export function withoutStreams(text: string, shares: StateShares): string | null {
  const data = parseObject(text);
  if (data === null) return null;
  return isListed(data) ? withoutListed(text, shares.lost) : withoutMembers(text, data, shares);
}

/** Whether single streams can be removed from a LEGACY state. */
export function isSeparable(text: string, shares: StateShares): boolean {
  return withoutStreams(text, shares) !== null;
}

function isListed({ streams }: JsonObject): boolean {
  return Array.isArray(streams) && streams.every((item) => isObject(item) && 'stream_name' in item);
}

function withoutListed(text: string, lost: readonly StreamName[]): string {
  const keys = new Set(lost.map(streamKey));
  return objectOf(
    rawMembers(text).map((member) => {
      if (member.name !== 'streams') return member;
      const items = rawItems(member.text).filter((item) => !keys.has(listedKey(item)));
      return { ...member, text: `[${items.join(',')}]` };
    }),
  );
}

function listedKey(item: string): string {
  const entry = parseObject(item) ?? {};
  return streamKey({
    name: stringAt(entry, 'stream_name') ?? '',
    namespace: stringAt(entry, 'stream_namespace') ?? '',
  });
}

function withoutMembers(text: string, data: JsonObject, { kept, lost }: StateShares): string | null {
  const keptNames = new Set(kept.map(({ name }) => name));
  const lostNames = new Set(lost.map(({ name }) => name));
  const names = Object.keys(data);
  const byStream =
    Object.values(data).every(isObject) &&
    names.some((name) => keptNames.has(name) || lostNames.has(name)) &&
    // Members have no namespace, so two streams with one name share a member.
    ![...lostNames].some((name) => keptNames.has(name));
  if (!byStream && names.length > 0) return null;
  return objectOf(rawMembers(text).filter(({ name }) => !lostNames.has(name)));
}

function objectOf(members: readonly { name: string; text: string }[]): string {
  return `{${members.map(({ name, text }) => `${JSON.stringify(name)}:${text}`).join(',')}}`;
}
