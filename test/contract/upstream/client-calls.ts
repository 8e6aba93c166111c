import type { AirbyteClient } from '../../../src/airbyte/client/airbyte.client';
import type { CreateConnectionInput } from '../../../src/airbyte/client/model/airbyte-types';
import type { Fixtures } from './fixtures';

type MethodsOf<T> = { [K in keyof T]: T[K] extends (...args: never[]) => unknown ? K : never }[keyof T];
/** Calls of the client that send a request. */
type Call = Exclude<MethodsOf<AirbyteClient>, 'withDeadline' | 'onApplicationShutdown'>;

/**
 * Calls every method of the client, with everything that can be asked of it: the gateway's callers cannot bring about
 * all of them at will. A method without a call here does not compile.
 */
export async function callEverything(client: AirbyteClient, fixtures: Fixtures): Promise<void> {
  const { workspaceId, quickSourceId, slowSourceId, destinationId } = fixtures;
  const scope = { workspaceIds: [workspaceId], includeDeleted: true, limit: 2, offset: 1 };
  const input = (sourceId: string): CreateConnectionInput => ({
    name: 'Upstream contract',
    sourceId,
    destinationId,
    status: 'active',
    schedule: { scheduleType: 'manual' },
  });
  const startedAt = Date.now();
  const { connectionId } = await client.createConnection(input(slowSourceId));
  const { jobId } = await client.createJob(connectionId);
  const calls: Record<Call, () => Promise<unknown>> = {
    createConnection: () => client.createConnection(input(quickSourceId)),
    findEarlierCreation: () => client.findEarlierCreation([input(quickSourceId)], startedAt, {}),
    getConnection: () => client.getConnection(connectionId),
    listConnections: () => client.listConnections(scope),
    listAllConnections: () => client.listAllConnections({ includeDeleted: false }),
    patchConnection: () => client.patchConnection(connectionId, { name: 'Upstream contract, patched' }),
    createJob: () => client.createJob(connectionId).catch(unlessRunning),
    getJob: () => client.getJob(jobId),
    listJobs: () =>
      client.listJobs({
        workspaceIds: [workspaceId],
        jobType: 'sync',
        status: 'running',
        limit: 2,
        offset: 0,
      }),
    cancelJob: () => client.cancelJob(jobId),
    // After the cancellation: a clear cancels the running sync itself.
    createClearJob: () => client.createClearJob(connectionId).catch(unlessRunning),
    getSource: () => client.getSource(quickSourceId),
    listAllSources: () => client.listAllSources(scope),
    getDestination: () => client.getDestination(destinationId),
    listAllDestinations: () => client.listAllDestinations(scope),
    listStreams: () => client.listStreams(quickSourceId, destinationId),
    listTags: () => client.listTags(workspaceId),
    createTag: () => client.createTag({ name: 'freshness=PT6H', color: '75DCFF', workspaceId }),
    health: () => client.health(),
    deleteConnection: () => client.deleteConnection(connectionId),
  };
  for (const call of Object.values(calls)) await call();
}

function unlessRunning(error: unknown): void {
  if (!(error instanceof Error) || !('kind' in error) || error.kind !== 'conflict') throw error;
}
