/** A Postman collection of the API description, run against the embedded Airbyte: examples have to work, apart from those named below. */
import { createRequire } from 'node:module';
import type { KeyedGateway } from './keyed-gateway';
import { type Row, rowOf } from './row';
import { TOOLS } from './shell';

interface Item {
  readonly item?: readonly Item[];
  readonly request: {
    readonly method: string;
    readonly url: { readonly path: readonly string[]; query?: readonly unknown[] };
  };
}

interface Collection {
  item: readonly Item[];
}

interface Execution {
  readonly request: { readonly method: string; readonly url: { toString(): string } };
  readonly response: { readonly code: number; text(): string };
}

interface Converted {
  readonly result?: boolean;
  readonly reason?: string;
  readonly output?: readonly { readonly data: Collection }[];
}

interface Tools {
  readonly convert: (
    input: { readonly type: 'string'; readonly data: string },
    options: Readonly<Record<string, string>>,
    done: (error: Error | null, converted?: Converted) => void,
  ) => void;
  readonly run: (
    options: { readonly collection: Collection; readonly reporters: readonly string[] },
    done: (error: Error | null, summary: { readonly run: { readonly executions: Execution[] } }) => void,
  ) => void;
}

const OPTIONS = {
  folderStrategy: 'Paths',
  requestParametersResolution: 'Example',
  exampleParametersResolution: 'Example',
};

/** Loaded late, because they are part of the tools and not of this project's packages. */
function loadTools(): Tools {
  const requireTool = createRequire(`${TOOLS}/package.json`);
  const { convert } = requireTool('openapi-to-postmanv2') as Pick<Tools, 'convert'>;
  const { run } = requireTool('newman') as Pick<Tools, 'run'>;
  return { convert, run };
}

function collectionOf(description: string, { convert }: Tools): Promise<Collection> {
  return new Promise((resolve, reject) => {
    convert({ type: 'string', data: description }, OPTIONS, (error, converted) => {
      const collection = converted?.result === true ? converted.output?.[0]?.data : undefined;
      if (error || !collection) reject(error ?? new Error(converted?.reason ?? 'no collection'));
      else resolve(collection);
    });
  });
}

function requestsOf(items: readonly Item[]): Item[] {
  return items.flatMap((one) => (one.item ? requestsOf(one.item) : [one]));
}

/** A collection runs in the order of its folders. The other requests need what a pause stops and a deletion removes. */
function pausesAndDeletionsLast(items: readonly Item[]): Item[] {
  const isPause = ({ request }: Item): boolean => request.url.path.at(-1) === 'pause';
  const isDeletion = ({ request }: Item): boolean => request.method === 'DELETE';
  const others = items.filter((one) => !isPause(one) && !isDeletion(one));
  return [...others, ...items.filter(isPause), ...items.filter(isDeletion)];
}

/** The answer of a stream of events does not end, so newman would wait for ever. */
function isStream({ request }: Item): boolean {
  return request.url.path.at(-1) === 'stream';
}

/** The gateway chooses the ids of webhooks, so those of the examples do not exist. */
function isOfOneWebhook({ request }: Item): boolean {
  return request.url.path[0] === 'webhooks' && request.url.path.length > 1;
}

/** The examples show a connector with few fields, which the embedded Airbyte does not have. */
function configuresConnector({ request }: Item): boolean {
  const [path] = request.url.path;
  return request.method === 'POST' && (path === 'sources' || path === 'destinations');
}

/** The stream of the sample has no namespace. */
function withoutNamespace(one: Item): Item {
  const { url } = one.request;
  if (url.path.at(-1) === 'sample') url.query = [];
  return one;
}

function isTried(one: Item): boolean {
  return !isStream(one) && !isOfOneWebhook(one) && !configuresConnector(one);
}

function play(collection: Collection, { run }: Tools): Promise<readonly Execution[]> {
  return new Promise((resolve, reject) => {
    run({ collection, reporters: [] }, (error, summary) => {
      if (error) reject(error);
      else resolve(summary.run.executions);
    });
  });
}

/** The run of the example has ended before its cancellation is sent, and an ingestion uses the source and destination. */
function hasWorked({ response }: Execution): boolean {
  if (response.code < 300) return true;
  return response.code === 409 && /"code":"(run-ended|connector-in-use)"/.test(response.text());
}

/** @param gateway one without callers, with a new embedded Airbyte */
export async function tryPostman(gateway: KeyedGateway): Promise<Row> {
  const tools = loadTools();
  const description = await (await fetch(`${gateway.url}/openapi.json`)).text();
  const collection = await collectionOf(description, tools);
  collection.item = pausesAndDeletionsLast(requestsOf(collection.item).filter(isTried).map(withoutNamespace));
  const executions = await play(collection, tools);
  const failures = executions
    .filter((one) => !hasWorked(one))
    .map(
      ({ request, response }) =>
        `${request.method} ${request.url.toString()}: ${response.code} ${response.text()}`,
    );
  return rowOf('openapi-to-postmanv2, newman', {
    calls: String(executions.length),
    result: failures.length === 0 ? 'every example works' : `FAILED\n${failures.join('\n')}`,
  });
}
