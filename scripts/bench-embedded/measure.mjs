import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { GatewayProcess } from './gateway-process.mjs';
import { DESTINATIONS, SOURCES } from './pairs.mjs';

const WORKSPACE = '18dccc91-0ab1-4f72-9ed7-0b8fc27c5826';
const ASKED_EVERY_MS = 50;

/** One sync of a pair in a gateway of its own, asked meanwhile how it stands. */
export async function measure(source, destination, world) {
  const log = [];
  const gateway = await GatewayProcess.start(world.dataDir, log);
  try {
    const { config, stream = 'input' } = SOURCES[source];
    const scenario = {
      source: config,
      destination: DESTINATIONS[destination],
      stream: { name: stream, syncMode: 'full_refresh_overwrite' },
    };
    const connectionId = await connect(gateway, scenario, world);
    const before = usageOf(gateway.child.pid);
    const started = performance.now();
    const jobId = await gateway.sync(connectionId);
    const followed = await follow(gateway, { jobId, connectionId });
    const seconds = (performance.now() - started) / 1000;
    const { job, usages } = followed;
    if (job.status !== 'succeeded' || job.rowsSynced !== world.rows)
      throw new Error(`${source} to ${destination}: ${JSON.stringify(job)}\n${log.join('')}`);
    usages.engine.cpuS -= before.cpuS;
    return { seconds, ...followed };
  } finally {
    await gateway.kill('SIGTERM');
  }
}

/** Asks until the job ends. The gateway may answer out of its memory, the embedded Airbyte never does. */
async function follow(gateway, { jobId, connectionId }) {
  const [usages, api, asked] = [{}, [], []];
  for (;;) {
    await sleep(ASKED_EVERY_MS);
    const first = performance.now();
    const job = await gateway.call('GET', `/jobs/${jobId}`);
    const second = performance.now();
    await (await fetch(`${gateway.url}/ingestion/${connectionId}/status`)).arrayBuffer();
    api.push(second - first);
    asked.push(performance.now() - second);
    const pids = {
      engine: gateway.child.pid,
      source: gateway.connectors('read')[0],
      destination: gateway.connectors('write')[0],
    };
    for (const [name, pid] of Object.entries(pids)) usages[name] = (pid && usageOf(pid)) ?? usages[name];
    if (['succeeded', 'failed'].includes(job.status)) return { job, usages, api, gateway: asked };
  }
}

/** Peak resident memory in MB and CPU seconds of a process that still runs, else null. */
function usageOf(pid) {
  try {
    const peak = /VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return { peakMb: Number(peak) / 1024, cpuS: (Number(fields[11]) + Number(fields[12])) / 100 };
  } catch {
    return null; // It ended while it was looked at.
  }
}

/** Makes source, destination and connection, and returns the id of the connection. */
async function connect(gateway, { source, destination, stream }, world) {
  const actor = (name, configuration) => ({ name, workspaceId: WORKSPACE, configuration });
  const { sourceId } = await gateway.call('POST', '/sources', actor('input', source(world)));
  const { destinationId } = await gateway.call('POST', '/destinations', actor('out', destination(world)));
  return gateway.connect(sourceId, destinationId, [stream]);
}
