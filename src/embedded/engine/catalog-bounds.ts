import { objectAt } from '../platform/json';
import type { DiscoveredStream } from '../protocol/messages';
import { DiscoveryError } from './discovery-error';

/** Far more than databases and files have; a file whose rows each have keys of their own has more. */
const MAX_FIELDS_OF_STREAM = 20_000;
const MAX_FIELDS = 200_000;
const MAX_STREAMS = 20_000;

/**
 * A catalog is kept with the connection and sent to both connectors of each sync.
 * @throws DiscoveryError when it is too large for that
 */
export function assertBounded(streams: readonly DiscoveredStream[]): void {
  if (streams.length > MAX_STREAMS)
    throw tooLarge(
      `The source has ${streams.length} streams, and at most ${MAX_STREAMS} are possible: limit its configuration to fewer schemas.`,
    );
  let fields = 0;
  for (const { name, jsonSchema } of streams) {
    const own = Object.keys(objectAt(jsonSchema, 'properties') ?? {}).length;
    if (own > MAX_FIELDS_OF_STREAM)
      throw tooLarge(
        `Stream ${name} has ${own} fields, and at most ${MAX_FIELDS_OF_STREAM} are possible. If its rows use ids as names of fields, change them to one row for each id.`,
      );
    fields += own;
  }
  if (fields > MAX_FIELDS)
    throw tooLarge(
      `The streams of the source have ${fields} fields together, and at most ${MAX_FIELDS} are possible: limit its configuration to fewer streams.`,
    );
}

function tooLarge(message: string): DiscoveryError {
  return new DiscoveryError('catalog', message);
}
