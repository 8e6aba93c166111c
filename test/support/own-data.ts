import type { TestGateway } from './gateway';
import { ownDataCommands, runInShell } from './readme-scripts';

interface Place {
  readonly gateway: TestGateway;
  /** The folder of the gateway, in which its users run commands. */
  readonly folder: string;
}

/** Waits for the end of the run that a command has started. Returns its number of rows. */
export async function rowsOfRun({ gateway }: Place, answer: string): Promise<number> {
  const { connectionId, runId } = JSON.parse(answer) as { connectionId: string; runId: string };
  const ended = await gateway.api.get(`/ingestion/${connectionId}/runs/${runId}?wait=60`);
  expect(ended.body).toMatchObject({ status: 'succeeded' });
  return (ended.body as { rows: number }).rows;
}

/**
 * Loads the file with semicolons of the README, adds rows and loads it again.
 * @param destination the command that creates the destination
 * @returns the number of rows of each run
 */
export async function loadOnlyNewRows(place: Place, destination: string): Promise<readonly number[]> {
  const { gateway, folder } = place;
  const { onlyNewRows } = ownDataCommands();
  expect(onlyNewRows).toHaveLength(6);
  const [addRows = ''] = onlyNewRows.slice(-1);
  const loaded = [destination, ...onlyNewRows.slice(0, -1)].map((command) =>
    command.includes('/sample') ? command.replace(/$/m, ' > sample.json') : command,
  );
  const shell = { url: gateway.url, folder };
  const first = await runInShell(loaded, shell);
  const { connectionId } = JSON.parse(first) as { connectionId: string };
  const rows = await rowsOfRun(place, first);
  const second = await runInShell([`INGESTION=${connectionId}`, addRows], shell);
  return [rows, await rowsOfRun(place, second)];
}
