import { lstatSync, readSync } from 'node:fs';
import { numberAt, objectAt, parseObject, stringAt } from '../../platform/json';
import { writeFileAtomic, readSmallFile } from '../../platform/regular-file';
import type { ConfiguredStream } from '../../protocol/messages';

/** The length of a line before its data is below this. */
const HEAD_BYTES = 128;
const LINE_HEAD =
  /^\{"_airbyte_ab_id":"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}","_airbyte_emitted_at":-?\d+(\.\d+)?,"_airbyte_data":\{/;

/** The stream to which a file belongs. */
export type Owner = Pick<ConfiguredStream, 'name' | 'namespace'>;

/** The metadata of a stream's file, stored beside it. */
export interface FileRecord {
  /** Null for files of the previous version. */
  readonly owner: Owner | null;
  /** The offset of the last commit, or null for a complete file of any size. */
  readonly offset: number | null;
  /**
   * Whether a run may have written bytes behind the offset. It is stored before the first of them, so otherwise such bytes
   * are from another program. Files of previous versions do not have it, and it is true for them.
   */
  readonly isWriting: boolean;
}

/** The file at the path of the metadata has other content. */
export class ForeignRecordError extends Error {
  override readonly name = 'ForeignRecordError';
}

/**
 * Reads the metadata, or returns null if it is missing or empty.
 * @throws ForeignRecordError
 */
export function readFileRecord(path: string): FileRecord | null {
  if ((lstatSync(path, { throwIfNoEntry: false })?.size ?? 0) === 0) return null;
  const content = parseObject(readSmallFile(path) ?? '');
  if (content === null || !('offset' in content)) throw new ForeignRecordError();
  const stream = objectAt(content, 'stream');
  const name = stream === undefined ? undefined : stringAt(stream, 'name');
  return {
    owner:
      stream === undefined || name === undefined
        ? null
        : { name, namespace: stringAt(stream, 'namespace') ?? null },
    offset: numberAt(content, 'offset') ?? null,
    isWriting: content['writing'] !== false,
  };
}

export function keepFileRecord(path: string, { owner, offset, isWriting }: FileRecord): void {
  const stream = owner === null ? null : { namespace: owner.namespace, name: owner.name };
  writeFileAtomic(path, JSON.stringify({ offset, stream, writing: isWriting }), 0o666);
}

export function isSameOwner(one: Owner, other: Owner): boolean {
  return one.name === other.name && one.namespace === other.namespace;
}

/** Whether a file is empty or begins with a line of this connector. */
export function looksWritten(fd: number): boolean {
  const head = Buffer.alloc(HEAD_BYTES);
  const length = readSync(fd, head, 0, HEAD_BYTES, 0);
  return length === 0 || LINE_HEAD.test(head.toString('latin1', 0, length));
}

/** Whether a position in a file follows the end of a line. */
export function endsLine(fd: number, position: number): boolean {
  const last = Buffer.alloc(1);
  return position === 0 || (readSync(fd, last, 0, 1, position - 1) === 1 && last[0] === 0x0a);
}
