import { type Caller, pageOf } from './http';
import { type Json, textAt } from './json';
import type { StreamChoice, Target } from './target';

/** A workspace, and the sources and the destination that were created for the scenario. */
export interface Fixtures {
  readonly workspaceId: string;
  readonly quickSourceId: string;
  readonly slowSourceId: string;
  readonly failingSourceId: string | null;
  readonly destinationId: string;
  readonly stream: StreamChoice;
  readonly isEmbedded: boolean;
}

/** Creates the resources of the scenario. */
export async function createFixtures(
  airbyte: Caller,
  target: Target,
  workspaceId: string | null,
): Promise<Fixtures> {
  const [first] = pageOf(await airbyte.expect(200, 'GET', '/workspaces'));
  const workspace = workspaceId ?? textAt(first ?? {}, 'workspaceId');
  const make = async (path: string, id: string, configuration: Json): Promise<string> => {
    const name = `Upstream contract ${new Date().toISOString()}`;
    const body = { name, workspaceId: workspace, configuration };
    return textAt(await airbyte.expect(200, 'POST', path, body), id);
  };
  return {
    workspaceId: workspace,
    quickSourceId: await make('/sources', 'sourceId', target.quickSource),
    slowSourceId: await make('/sources', 'sourceId', target.slowSource),
    failingSourceId: target.failingSource && (await make('/sources', 'sourceId', target.failingSource)),
    destinationId: await make('/destinations', 'destinationId', target.destination),
    stream: target.stream,
    isEmbedded: target.isEmbedded,
  };
}

/** Requests to Airbyte beside those of the gateway. */
export async function askTheRest(airbyte: Caller, fixtures: Fixtures): Promise<void> {
  const { quickSourceId, destinationId, workspaceId } = fixtures;
  await airbyte.expect(
    200,
    'GET',
    `/streams?sourceId=${quickSourceId}&destinationId=${destinationId}&ignoreCache=true`,
  );
  await airbyte.expect(200, 'GET', `/workspaces/${workspaceId}`);
  for (const kind of ['sources', 'destinations'])
    await airbyte.expect(200, 'GET', `/workspaces/${workspaceId}/definitions/${kind}`);
  await changeTag(airbyte, workspaceId);
  await changeActor(airbyte, `/sources/${quickSourceId}`);
  await changeActor(airbyte, `/destinations/${destinationId}`);
  await airbyte.expect(200, 'GET', `/jobs?workspaceIds=${workspaceId}&limit=100&orderBy=updatedAt%7CASC`);
  const connection = await airbyte.expect(200, 'POST', '/connections', {
    sourceId: quickSourceId,
    destinationId,
    namespaceDefinition: 'custom_format',
    namespaceFormat: '${SOURCE_NAMESPACE}_copy',
    prefix: 'copy_',
    nonBreakingSchemaUpdatesBehavior: 'propagate_columns',
    status: 'inactive',
  });
  await airbyte.expect(204, 'DELETE', `/connections/${textAt(connection, 'connectionId')}`);
}

async function changeTag(airbyte: Caller, workspaceId: string): Promise<void> {
  const name = 'Upstream contract';
  const { tagId } = await airbyte.expect(200, 'POST', '/tags', { name, color: '75DCFF', workspaceId });
  const path = `/tags/${String(tagId)}`;
  await airbyte.expect(200, 'GET', path);
  await airbyte.expect(200, 'PATCH', path, { name: `${name}, changed`, color: '75DCFF' });
  await airbyte.expect(204, 'DELETE', path);
}

/** Sends back what was read, as a PUT and as a PATCH: it keeps its secrets, which are masked. */
async function changeActor(airbyte: Caller, path: string): Promise<void> {
  const { name, configuration } = await airbyte.expect(200, 'GET', path);
  await airbyte.expect(200, 'PUT', path, { name, configuration });
  await airbyte.expect(200, 'PATCH', path, { name });
  await airbyte.expect(200, 'PATCH', path, { configuration });
}

/** Deletes what was made: with the sources and the destination go the connections that use them. */
export async function removeFixtures(airbyte: Caller, fixtures: Fixtures): Promise<void> {
  for (const id of [fixtures.quickSourceId, fixtures.slowSourceId, fixtures.failingSourceId])
    if (id !== null) await airbyte.expect(204, 'DELETE', `/sources/${id}`);
  await airbyte.expect(204, 'DELETE', `/destinations/${fixtures.destinationId}`);
}
