import { objectAt } from '../platform/json';
import type { DiscoveredStream } from '../protocol/messages';
import { DiscoveryError } from './discovery-error';

/** Real tables have fewer fields. A file with ids as field names has more. */
const MAX_FIELDS_OF_STREAM = 20_000;
const MAX_FIELDS = 200_000;
const MAX_STREAMS = 20_000;

/**
 * Limits the size of a catalog, which is stored and sent to both connectors of each sync.
 * @throws DiscoveryError if it is too large
 */
export function assertBounded(streams: readonly DiscoveredStream[]): void {
  if (streams.length > MAX_STREAMS)
    throw tooLarge(
      `The source has ${streams.length} streams, but at most ${MAX_STREAMS} are supported: limit its configuration to fewer schemas.`,
    );
  let fields = 0;
  for (const { name, jsonSchema } of streams) {
    const own = Object.keys(objectAt(jsonSchema, 'properties') ?? {}).length;
    if (own > MAX_FIELDS_OF_STREAM)
      throw tooLarge(
        `Stream ${name} has ${own} fields, but at most ${MAX_FIELDS_OF_STREAM} are supported. If its rows use ids as names of fields, change them to one row for each id.`,
      );
    fields += own;
  }
  if (fields > MAX_FIELDS)
    throw tooLarge(
      `The streams of the source have ${fields} fields in total, but at most ${MAX_FIELDS} are supported: limit its configuration to fewer streams.`,
    );
}

function tooLarge(message: string): DiscoveryError {
  return new DiscoveryError('catalog', message);
}
