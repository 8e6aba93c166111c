import type { AirbyteStream, StreamInput } from '../client/model/airbyte-types';
import type { StreamRequestDto } from '../core/dto/stream.dto';
import { streamInput } from './creation-input';

/**
 * The list of streams to send for a change; null if it equals the stored one. A stream that stays keeps the settings that
 * this API does not have, such as mappers that hide personal data.
 */
export function changedStreams(
  requested: readonly StreamRequestDto[],
  stored: readonly AirbyteStream[],
): readonly StreamInput[] | null {
  const pairs = requested.map((stream) => ({ stream, held: heldStream(stream, stored) }));
  const isSame =
    requested.length === stored.length &&
    new Set(pairs.map(({ held }) => held)).size === stored.length &&
    pairs.every(({ stream, held }) => held !== undefined && isUnchanged(stream, held));
  return isSame ? null : pairs.map(({ stream, held }) => ({ ...held?.carried, ...streamInput(stream) }));
}

/** Without a namespace, a stream is the one of its name, unless there are several. */
function heldStream(
  { name, namespace }: StreamRequestDto,
  stored: readonly AirbyteStream[],
): AirbyteStream | undefined {
  const sameName = stored.filter((stream) => stream.name === name);
  if (typeof namespace === 'string') return sameName.find((stream) => (stream.namespace ?? '') === namespace);
  return (
    sameName.find((stream) => stream.namespace === null) ?? (sameName.length === 1 ? sameName[0] : undefined)
  );
}

/** An absent member asks for Airbyte's default, which may differ from a stored value. */
function isUnchanged({ syncMode, cursorField, primaryKey }: StreamRequestDto, held: AirbyteStream): boolean {
  return (
    syncMode === held.syncMode &&
    JSON.stringify(cursorField ?? []) === JSON.stringify(held.cursorField) &&
    JSON.stringify(primaryKey ?? []) === JSON.stringify(held.primaryKey)
  );
}
