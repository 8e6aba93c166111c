// npm run notifications -- GATEWAY [--workspace ID] [--apply]: shows what it would replace if Airbyte notified the gateway of
// changes, and configures it with --apply.
import { parseArgs } from 'node:util';
import axios from 'axios';
import { createAirbyteClient } from '../airbyte/client/airbyte.client';
import { AirbyteError } from '../airbyte/client/model/airbyte-errors';
import { type NotifyingWorkspace, WorkspaceCalls } from '../airbyte/client/workspaces/workspace-calls';
import { parseSettings } from '../config/settings';
import { StartError } from '../config/start-error';
import { lineOf, notificationUrl, planOf } from './notification-plan';

const USAGE =
  'Specify the URL of the gateway as Airbyte reaches it: npm run notifications -- http://gateway:3000 [--workspace ID] [--apply]';

async function main(args: string[]): Promise<void> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: { workspace: { type: 'string' }, apply: { type: 'boolean', default: false } },
  });
  const { airbyte, notificationToken } = parseSettings(process.env);
  const { apiUrl } = airbyte;
  if (apiUrl === null)
    throw new StartError('AIRBYTE_API_URL is not set, and the embedded Airbyte sends no notifications.');
  if (notificationToken === null)
    throw new StartError('Set AIRBYTE_NOTIFICATION_TOKEN for this command and for the gateway.');
  const [gateway, ...rest] = positionals;
  const url = gateway === undefined || rest.length > 0 ? null : notificationUrl(gateway, notificationToken);
  if (url === null) throw new StartError(USAGE);
  const client = createAirbyteClient({ ...airbyte, apiUrl }, axios.create());
  try {
    const calls = new WorkspaceCalls(client.caller);
    const only = values.workspace ?? airbyte.workspaceId;
    const workspaces = await calls.list(only === null ? [] : [only]);
    if (workspaces.length === 0) throw new StartError('There is no such workspace.');
    for (const workspace of workspaces) await configure(calls, workspace, url, values.apply);
  } finally {
    await client.onApplicationShutdown();
  }
  if (!values.apply) print('Nothing was changed. Add --apply to send these notifications to the gateway.');
}

async function configure(
  calls: WorkspaceCalls,
  workspace: NotifyingWorkspace,
  url: string,
  applies: boolean,
): Promise<void> {
  print(`Workspace ${workspace.name} (${workspace.workspaceId})`);
  const plan = planOf(workspace, url);
  if (plan === null) {
    print('  This Airbyte has no notification settings in its API (they came with 1.5).');
    return;
  }
  for (const target of plan) print(lineOf(target));
  const kinds = plan.filter(({ change }) => change !== 'none').map(({ kind }) => kind);
  if (!applies || kinds.length === 0) return;
  await calls.sendTo(workspace.workspaceId, kinds, url);
  print('  Airbyte now notifies the gateway.');
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

main(process.argv.slice(2)).catch((error: unknown) => {
  const isExpected = error instanceof StartError || error instanceof AirbyteError;
  const text =
    error instanceof Error ? (isExpected ? error.message : (error.stack ?? error.message)) : String(error);
  process.stderr.write(`${text}\n`);
  process.exitCode = 1;
});
