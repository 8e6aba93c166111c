import { parseArgs } from 'node:util';
import { IngestionClient } from '@airbyte-ingestion/client';
import { Answers, type Terminal } from './answers';
import { askUntilValid } from './correction';
import { Creation } from './creation';
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
commands. Each question has an option, and options are not asked for unless a check fails. Without a terminal the defaults are taken.
Ctrl-C ends the program and lists what was created. The options are:
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
  const { connectors } = client;
  const asking = { answers, write };
  const source = await askUntilValid(asking, {
    subject: 'check of the source',
    ask: askSource,
    failureOf: async (input, options) => failureOf(await connectors.checkNewSource(input, options)),
  });
  const destination = await askUntilValid(asking, {
    subject: 'check of the destination',
    ask: askDestination,
    failureOf: async (input, options) => failureOf(await connectors.checkNewDestination(input, options)),
  });
  const schedule = await askUntilValid(asking, {
    subject: 'schedule',
    ask: askSchedule,
    failureOf: async (input, options) => {
      if (input !== null) await client.preview({ schedule: input }, options);
      return null;
    },
  });
  const name = await answers.ask({
    option: 'name',
    text: 'Name of the ingestion',
    byDefault: `${source.name} to ${destination.name}`,
  });
  const creation = new Creation(client, { url, hasKey: key !== null, answers, write });
  await creation.named(async () => {
    const connectionId = await creation.create(source, destination, name, schedule);
    const run = await answers.ask({
      option: 'run',
      text: 'Load it now?',
      byDefault: 'yes',
      oneOf: ['yes', 'no'],
    });
    if (run === 'yes') await creation.load(connectionId);
  });
  write(`\nThe same with curl:\n\n${creation.commands.join('\n\n')}\n`);
}

type Check = Awaited<ReturnType<IngestionClient['connectors']['checkNewSource']>>;

function failureOf({ status, message }: Check): string | null {
  return status === 'succeeded' ? null : (message ?? 'no reason is known');
}
