import { basename } from 'node:path';
import type { ConnectorInput, ScheduleInput } from '@airbyte-ingestion/client';
import type { Answers } from './answers';

const DATABASE = ['host', 'port', 'database', 'username', 'password'] as const;

/** Asks for a source: a file, or the tables of a schema of Postgres. */
export async function askSource(answers: Answers): Promise<ConnectorInput> {
  const type = await answers.ask({
    option: 'source',
    text: 'What do you want to load?',
    byDefault: 'file',
    oneOf: ['file', 'postgres'],
  });
  if (type === 'postgres') {
    const configuration = await askDatabase(answers, 'source');
    const schema = await answers.ask({ option: 'source-schema', text: 'Schema', byDefault: 'public' });
    const name = `${String(configuration['database'])}.${schema}`;
    return { name, type, configuration: { ...configuration, schemas: [schema] } };
  }
  const url = await answers.ask({
    option: 'file',
    text: 'File, as connectors see it: /local is the folder data/local of the gateway',
    byDefault: '/local/samples/orders.csv',
  });
  const format = await answers.ask({
    option: 'format',
    text: 'Format',
    byDefault: formatOf(url),
    oneOf: ['csv', 'jsonl', 'parquet'],
  });
  const name = await answers.ask({ option: 'table', text: 'Name of the table', byDefault: tableOf(url) });
  const file = { dataset_name: name, format, url, provider: { storage: 'local' } };
  if (format !== 'csv') return { name, type, configuration: file };
  const options = await answers.ask({
    option: 'reader-options',
    text: 'Options of the file, for example {"sep": ";", "encoding": "latin-1"}',
    byDefault: '',
  });
  const types = await answers.ask({
    option: 'types',
    text: 'Find out the types of the columns?',
    byDefault: 'yes',
    oneOf: ['yes', 'no'],
  });
  const readerOptions = options === '' ? {} : { reader_options: options };
  return { name, type, configuration: { ...file, ...readerOptions, infer_types: types === 'yes' } };
}

/** Asks for a destination. */
export async function askDestination(answers: Answers): Promise<ConnectorInput> {
  const type = await answers.ask({
    option: 'destination',
    text: 'Where do you want to load it?',
    byDefault: 'sqlite',
    oneOf: ['sqlite', 'postgres', 'local-json'],
  });
  if (type === 'postgres') {
    const configuration = await askDatabase(answers, 'destination');
    const schema = await answers.ask({ option: 'destination-schema', text: 'Schema', byDefault: 'public' });
    return { name: String(configuration['database']), type, configuration: { ...configuration, schema } };
  }
  const path = await answers.ask({
    option: 'path',
    text: type === 'sqlite' ? 'Database file' : 'Folder',
    byDefault: type === 'sqlite' ? '/local/my.db' : '/local/my-data',
  });
  return { name: basename(path), type, configuration: { destination_path: path } };
}

/** Asks for a schedule; null: only on demand. */
export async function askSchedule(answers: Answers): Promise<ScheduleInput | null> {
  const text = await answers.ask({
    option: 'schedule',
    text: 'When? A cron expression in UTC such as "0 2 * * *", or manual',
    byDefault: 'manual',
  });
  return text === 'manual' ? null : { scheduleType: 'cron', cronExpression: text };
}

async function askDatabase(
  answers: Answers,
  side: 'source' | 'destination',
): Promise<Record<string, unknown>> {
  const byDefault = {
    host: '127.0.0.1',
    port: '5432',
    database: 'postgres',
    username: 'postgres',
    password: '',
  };
  const configuration: Record<string, unknown> = {};
  for (const name of DATABASE) {
    const isSecret = name === 'password';
    const text = `Postgres: ${name}`;
    const answer = await answers.ask({
      option: `${side}-${name}`,
      text,
      byDefault: byDefault[name],
      isSecret,
    });
    if (answer !== '') configuration[name] = name === 'port' ? Number(answer) : answer;
  }
  return configuration;
}

function formatOf(url: string): string {
  const plain = url.replace(/\.gz$/, '');
  if (plain.endsWith('.parquet')) return 'parquet';
  return /\.(jsonl|ndjson)$/.test(plain) ? 'jsonl' : 'csv';
}

function tableOf(url: string): string {
  const name = basename(url).replace(/\..*$/, '');
  return /^[\w-]+$/.test(name) ? name : 'my_data';
}
