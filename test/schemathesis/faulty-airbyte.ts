// A scripted Airbyte with the resources of the description's examples, which answers some requests with faults. It prints
// its address for AIRBYTE_API_URL and ends with its standard input.
import { fault, html, json, problem, type Reply, ScriptedUpstream } from '../support/scripted-upstream';
import { serveInternalApi } from '../support/upstream-internal';

/** One request of so many gets a fault. */
const FAULT_INTERVAL = 7;
const FAULTS: readonly Reply[] = [
  problem(404, 'It was deleted.'),
  problem(409, 'A sync is already running.'),
  problem(422, 'The connector refused the configuration.'),
  problem(500, 'Something went wrong in the connector.'),
  json(200, { a: 1 }),
  html(503),
  fault('reset'),
  fault('truncate'),
];

function requireId(id: string | undefined): string {
  if (id === undefined) throw new Error('usage: faulty-airbyte.js <connection id>');
  return id;
}

async function main(connectionId: string): Promise<void> {
  const upstream = await ScriptedUpstream.start();
  let count = 0;
  let faults = 0;
  serveInternalApi(upstream);
  upstream.intercept(({ operation }) => {
    // Deleted resources come back, so that later requests find them too.
    upstream.state.addConnection({ connectionId, createdAt: 1_700_000_000 });
    if (operation === 'POST /jobs') upstream.state.history.clear();
    else if (upstream.state.jobs.length === 0) upstream.state.addJob({ connectionId, status: 'running' });
    upstream.requests.length = 0;
    if (operation.includes('token')) return undefined;
    count += 1;
    if (count % FAULT_INTERVAL !== 0) return undefined;
    faults += 1;
    return FAULTS[faults % FAULTS.length];
  });
  process.stdout.write(`${upstream.url}\n`);
  process.stdin.resume().once('end', () => void upstream.close());
}

void main(requireId(process.argv[2]));
