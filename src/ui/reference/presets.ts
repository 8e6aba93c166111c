import { type Json, jsonOf, listOf, mapMembers, mapOperations } from './description';
import type { Ids } from './existing-ids';

/** Bodies that the connectors of the embedded Airbyte accept. Those of the API description are of no connector in particular. */
const EMBEDDED_SOURCE = {
  name: 'Orders of today',
  type: 'file',
  configuration: {
    dataset_name: 'orders',
    format: 'csv',
    url: '/local/samples/orders.csv',
    provider: { storage: 'local' },
  },
};
const EMBEDDED_DESTINATION = {
  name: 'My SQLite file',
  type: 'sqlite',
  configuration: { destination_path: '/local/my.db' },
};
const EMBEDDED_BODIES: Readonly<Record<string, object>> = {
  createSource: EMBEDDED_SOURCE,
  checkNewSource: EMBEDDED_SOURCE,
  createDestination: EMBEDDED_DESTINATION,
  checkNewDestination: EMBEDDED_DESTINATION,
};

const FILLED = ' “Try it out” fills in one that exists.';
const NOT_FILLED = ' Insert an id: nothing is filled in, because the operation changes or deletes it.';

/** Whether an operation changes something. Checks and previews are sent with POST, too. */
export function isChange(path: string, method: string): boolean {
  return method !== 'get' && !/\/(check|preview|batch)$/.test(path);
}

/**
 * Whether "Try it out" fills in ids. Nobody should change an ingestion of their company with two clicks, so that only
 * the samples of the embedded Airbyte are changed, and nothing is deleted.
 */
export function fillsIds(path: string, method: string, isEmbedded: boolean): boolean {
  return method !== 'delete' && (isEmbedded || !isChange(path, method));
}

interface PresetContext {
  readonly isEmbedded: boolean;
  /** Ids for the bodies of operations that change nothing. */
  readonly ids: Ids;
}

/** Returns the description with presets that work as they stand, as far as the gateway has what they need. */
export function withPresets(description: Json, { isEmbedded, ids }: PresetContext): Json {
  return mapOperations(description, (operation, path, method) => {
    const parameters = listOf(operation['parameters']).map((parameter) =>
      presetParameter(jsonOf(parameter), fillsIds(path, method, isEmbedded)),
    );
    const name = operation['operationId'];
    const embedded = isEmbedded && typeof name === 'string' ? EMBEDDED_BODIES[name] : undefined;
    const change = (example: Json): Json => {
      if (embedded) return { ...example, value: embedded };
      if (isEmbedded) return example;
      if (isChange(path, method)) return hasId(example) ? marked(example) : example;
      return { ...example, value: replaceIds(example['value'], ids) };
    };
    return { ...operation, parameters, ...bodyOf(operation, change) };
  });
}

function presetParameter(parameter: Json, isFilled: boolean): Json {
  // A key that was used with another body is refused, so that a fixed one works only once.
  if (parameter['name'] === 'Idempotency-Key')
    return Object.fromEntries(Object.entries(parameter).filter(([name]) => name !== 'example'));
  if (parameter['in'] !== 'path') return parameter;
  const description = `${text(parameter['description'])}${isFilled ? FILLED : NOT_FILLED}`;
  return { ...parameter, description };
}

function bodyOf(operation: Json, change: (example: Json) => Json): Json {
  if (operation['requestBody'] === undefined) return {};
  const body = jsonOf(operation['requestBody']);
  const content = mapMembers(jsonOf(body['content']), (media) => {
    const examples = mapMembers(jsonOf(jsonOf(media)['examples']), (example) => change(jsonOf(example)));
    return { ...jsonOf(media), ...(Object.keys(examples).length > 0 && { examples }) };
  });
  return { requestBody: { ...body, content } };
}

function hasId({ value }: Json): boolean {
  return /"(sourceId|destinationId|ids)":/.test(JSON.stringify({ value }));
}

function marked(example: Json): Json {
  return { ...example, summary: `${text(example['summary'])} (insert your ids)` };
}

/** Members such as `sourceId`, and lists of ids of ingestions. */
function replaceIds(value: unknown, ids: Ids): unknown {
  return mapMembers(jsonOf(value), (member, name) => {
    if (name === 'ids' && ids['connectionId'] !== undefined) return [ids['connectionId']];
    return ids[name] ?? member;
  });
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
