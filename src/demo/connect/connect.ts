import { parseArgs } from 'node:util';
import { IngestionClient } from '@airbyte-ingestion/client';
import { AnswerError, Answers, type Terminal } from './answers';
import { curlOf } from './curl';
import { askDestination, askSchedule, askSource } from './plan';

const OPTIONS = [
  'url',
  'key',
  'source',
  'file',
  'format',
  'table',
  'reader-options',
  'types',
  'destination',
  'path',
  'schedule',
  'name',
  'run',
  ...['source', 'destination'].flatMap((side) =>
    ['host', 'port', 'database', 'username', 'password', 'schema'].map((name) => `${side}-${name}`),
  ),
];

const USAGE = `npm run connect -- [--file /local/people.csv] [--destination postgres] [--schedule "0 2 * * *"] …

Asks what to load, where and when, creates the source, the destination and the ingestion at the gateway, and shows the same as curl
commands. Each question has an option, and options are not asked for. Without a terminal the defaults are taken. The options are:
${OPTIONS.map((name) => `--${name}`).join(' ')}
`;

/** Connects a source to a destination. @throws Error with the reason */
export async function connect(args: readonly string[], terminal: Terminal): Promise<void> {
  if (args.includes('--help')) {
    terminal.write(USAGE);
    return;
  }
  const options: Record<string, { readonly type: 'string' }> = Object.fromEntries(
    OPTIONS.map((name) => [name, { type: 'string' }]),
  );
  const given: Readonly<Record<string, string | undefined>> = parseArgs({ args: [...args], options }).values;
  const answers = new Answers(given, terminal);
  try {
    await ask(answers, given['key'] ?? null, terminal.write);
  } finally {
    answers.close();
  }
}

async function ask(answers: Answers, key: string | null, write: (text: string) => void): Promise<void> {
  const url = (
    await answers.ask({ option: 'url', text: 'Gateway', byDefault: 'http://127.0.0.1:3000' })
  ).replace(/\/+$/, '');
  const client = new IngestionClient({ url, ...(key !== null && { key }) });
  const commands: string[] = [];
  const note = (path: string, body: object | null): void => {
    commands.push(curlOf(url, path, body, key !== null));
  };
  const source = await askSource(answers);
  refuseFailed('source', await client.connectors.checkNewSource(source));
  const destination = await askDestination(answers);
  refuseFailed('destination', await client.connectors.checkNewDestination(destination));
  const schedule = await askSchedule(answers);
  const name = await answers.ask({
    option: 'name',
    text: 'Name of the ingestion',
    byDefault: `${source.name} to ${destination.name}`,
  });
  note('/sources', source);
  const { sourceId } = await client.connectors.createSource(source);
  write(`The source is ${sourceId}.\n`);
  note('/destinations', destination);
  const { destinationId } = await client.connectors.createDestination(destination);
  write(`The destination is ${destinationId}.\n`);
  const request = { name, sourceId, destinationId, ...(schedule && { schedule }) };
  note('/ingestion', request);
  const { connectionId } = await client.create(request);
  write(`The ingestion is ${connectionId}.\n`);
  const run = await answers.ask({
    option: 'run',
    text: 'Load it now?',
    byDefault: 'yes',
    oneOf: ['yes', 'no'],
  });
  if (run === 'yes') {
    note(`/ingestion/${connectionId}/runs`, null);
    const { runId } = await client.startRun(connectionId);
    const { status, rows, failure } = await client.waitForRun(connectionId, runId);
    if (status !== 'succeeded')
      throw new AnswerError(`The run ${status}: ${failure?.message ?? 'no reason is known'}`);
    write(`${rows ?? 0} rows were loaded.\n`);
  }
  write(`\nThe same with curl:\n\n${commands.join('\n\n')}\n`);
}

type Check = Awaited<ReturnType<IngestionClient['connectors']['checkNewSource']>>;

function refuseFailed(kind: string, { status, message }: Check): void {
  if (status !== 'succeeded')
    throw new AnswerError(`The check of the ${kind} failed: ${message ?? 'no reason is known'}`);
}
