import { parseDurationMs } from '../../config/iso-duration';
import type { AirbyteConnection, AirbyteTag } from '../client/model/airbyte-types';

/** Airbyte's limit for the name of a tag. */
const MAX_TAG_CHARACTERS = 30;
const PREFIX = 'freshness=';
export const MAX_FRESHNESS_CHARACTERS = MAX_TAG_CHARACTERS - PREFIX.length;

/** Value of a change that removes the objective of an ingestion. */
export const DEFAULT_FRESHNESS = 'default';

/** Name of the tag that stores an objective in Airbyte. */
export function freshnessTagName(freshness: string): string {
  return PREFIX + freshness;
}

/** Whether the gateway reads the tag as an objective. */
export function isFreshnessTag({ name }: Pick<AirbyteTag, 'name'>): boolean {
  return freshnessOf(name) !== null;
}

/**
 * The objective that the tags of a connection store, as an ISO 8601 duration; null if there is none. Of several, which people may
 * add in Airbyte, the shortest one counts.
 */
export function ownFreshness({ tags }: Pick<AirbyteConnection, 'tags'>): string | null {
  let shortest: string | null = null;
  for (const { name } of tags) {
    const found = freshnessOf(name);
    if (found !== null && (shortest === null || durationOf(found) < durationOf(shortest))) shortest = found;
  }
  return shortest;
}

function freshnessOf(name: string): string | null {
  if (!name.startsWith(PREFIX)) return null;
  const text = name.slice(PREFIX.length);
  return parseDurationMs(text) === null ? null : text;
}

function durationOf(text: string): number {
  return parseDurationMs(text) ?? Infinity;
}
