import { type IngestionClient, isProblem } from '@airbyte-ingestion/client';

/** Number of ingestions or webhooks that are searched for a run or a delivery. */
const SEARCHED = 10;

/** Ids by the names of parameters. */
export type Ids = Readonly<Record<string, string>>;

/** The samples of the embedded Airbyte. The examples of the API description name them as well. */
const SAMPLES = {
  connectionId: 'conn-12345678-1234-1234-1234-123456789012',
  sourceId: '95e66a59-8045-4307-9678-63bc3c9b8c93',
  destinationId: 'e478de0d-a3a0-475c-b019-25f7dd29e281',
} as const;

/**
 * Finds ids that exist for the parameters of an operation. A name without an id is missing in the result.
 * @param onlySamples for operations that change something: of ingestions, sources and destinations only the samples
 */
export async function existingIds(
  client: IngestionClient,
  names: readonly string[],
  onlySamples: boolean,
): Promise<Ids> {
  try {
    if (names.includes('connectionId')) return await runIds(client, names.includes('runId'), onlySamples);
    if (names.includes('webhookId')) return await deliveryIds(client, names.includes('eventId'));
    if (names.includes('sourceId'))
      return await streamNames(client, names, await sourceIds(client, onlySamples));
    if (names.includes('destinationId')) return await destinationIds(client, onlySamples);
    return {};
  } catch (error) {
    // The caller may not read this, or the feature is off. The reader then inserts an id.
    if (isProblem(error)) return {};
    throw error;
  }
}

async function runIds(client: IngestionClient, needsRun: boolean, onlySamples: boolean): Promise<Ids> {
  const { data } = await client.list({ pageSize: SEARCHED });
  const ids = samplesFirst(
    data.map(({ connectionId }) => connectionId),
    SAMPLES.connectionId,
    onlySamples,
  );
  for (const connectionId of needsRun ? ids : []) {
    const [run] = (await client.runs(connectionId, { pageSize: 1 })).data;
    if (run) return { connectionId, runId: run.runId };
  }
  return first('connectionId', ids);
}

async function deliveryIds(client: IngestionClient, needsDelivery: boolean): Promise<Ids> {
  const { data: list } = await client.http.GET('/webhooks');
  const ids = (list?.data ?? []).slice(0, SEARCHED).map(({ webhookId }) => webhookId);
  for (const webhookId of needsDelivery ? ids : []) {
    const params = { path: { webhookId }, query: { limit: 1 } };
    const { data: page } = await client.http.GET('/webhooks/{webhookId}/deliveries', { params });
    const [delivery] = page?.data ?? [];
    if (delivery) return { webhookId, eventId: delivery.eventId };
  }
  return first('webhookId', ids);
}

async function sourceIds(client: IngestionClient, onlySamples: boolean): Promise<Ids> {
  const { data } = await client.sources({ pageSize: SEARCHED });
  const ids = data.map(({ sourceId }) => sourceId);
  return first('sourceId', samplesFirst(ids, SAMPLES.sourceId, onlySamples));
}

/** Adds the name of the first stream where the operation needs one. */
async function streamNames(client: IngestionClient, names: readonly string[], ids: Ids): Promise<Ids> {
  const { sourceId } = ids;
  if (sourceId === undefined || !names.includes('name')) return ids;
  const { data } = await client.http.GET('/sources/{sourceId}/streams', { params: { path: { sourceId } } });
  const [stream] = data?.streams ?? [];
  return stream ? { ...ids, name: stream.name } : ids;
}

async function destinationIds(client: IngestionClient, onlySamples: boolean): Promise<Ids> {
  const { data } = await client.destinations({ pageSize: SEARCHED });
  const ids = data.map(({ destinationId }) => destinationId);
  return first('destinationId', samplesFirst(ids, SAMPLES.destinationId, onlySamples));
}

function samplesFirst(ids: readonly string[], sample: string, onlySamples: boolean): readonly string[] {
  const found = ids.filter((id) => id === sample);
  return onlySamples ? found : [...found, ...ids.filter((id) => id !== sample)];
}

function first(name: string, [id]: readonly string[]): Ids {
  return id === undefined ? {} : { [name]: id };
}
