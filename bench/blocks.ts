import { randomUUID } from 'node:crypto';
import { request } from 'node:http';
import * as bodies from '../test/support/large-bodies';
import { ProbedGateway } from '../test/support/probed-gateway';
import { ScriptedUpstream } from '../test/support/scripted-upstream';
import { print } from './print';

/**
 * Measures for how long the largest permitted requests of each kind keep the event loop: the longest turn of the loop with
 * such a request, the first time and later. Each kind has a gateway of its own. Asserts nothing.
 * `npm run bench:blocks`; `BENCH_BLOCKS` names the kinds to be measured, a part of their names is enough.
 */
const LATER = 10;

interface Kind {
  readonly name: string;
  readonly path: string;
  readonly body?: string;
  readonly headers?: Record<string, string>;
  readonly wide?: boolean;
}

const parameters = Array.from({ length: 1500 }, (_, index) => `p${index}=1`).join('&');
const ids = Array.from({ length: 100 }, () => randomUUID());

const KINDS: readonly Kind[] = [
  { name: 'a small status', path: '/ingestion/known/status' },
  { name: '740 streams with every member, all valid', path: '/ingestion', body: bodies.LARGEST_CREATION },
  { name: '1000 streams, all valid', path: '/ingestion/check', body: bodies.THOUSAND_STREAMS },
  { name: '1000 streams with four errors each', path: '/ingestion', body: bodies.MOST_ERRORS },
  { name: '48 streams with 195 unknown members each', path: '/ingestion', body: bodies.UNKNOWN_MEMBERS },
  { name: '33,000 empty streams', path: '/ingestion', body: bodies.MANY_EMPTY_STREAMS },
  { name: '9,000 unknown members', path: '/ingestion', body: bodies.MANY_MEMBERS },
  { name: 'nested as deeply as permitted', path: '/ingestion', body: bodies.DEEPEST_PERMITTED },
  { name: 'lists in 49,000 levels', path: '/ingestion', body: bodies.DEEP_LISTS },
  { name: 'objects in 16,000 levels', path: '/ingestion', body: bodies.DEEP_OBJECTS },
  { name: 'lists in 98,000 levels that never end', path: '/ingestion', body: bodies.DEEP_UNCLOSED },
  { name: 'a text of 95,000 characters', path: '/ingestion', body: bodies.LONG_TEXTS },
  { name: 'broken JSON after 99,000 lines', path: '/ingestion', body: bodies.BROKEN_AT_THE_END },
  { name: 'JSON that is broken everywhere', path: '/ingestion', body: bodies.BROKEN_EVERYWHERE },
  { name: 'a member that is repeated 12,000 times', path: '/ingestion', body: bodies.REPEATED_MEMBERS },
  {
    name: 'the longest cron expression, 100 firings',
    path: '/schedule/preview',
    body: bodies.preview(bodies.LONGEST_CRON),
  },
  {
    name: '100 firings, four years apart, in a zone',
    path: '/schedule/preview',
    body: bodies.preview('0 0 2 29 2 ?', { timeZone: 'America/New_York' }),
  },
  {
    name: 'a schedule that never fires',
    path: '/schedule/preview',
    body: bodies.preview('0 0 0 30 2 ? 2020-2099'),
  },
  { name: 'a batch of 100 ids', path: '/ingestion/status/batch', body: JSON.stringify({ ids }) },
  { name: '1,500 parameters', path: `/ingestion?${parameters}` },
  { name: 'a list of 100', path: '/ingestion?pageSize=100' },
  { name: 'a list of 100 with a filter on health', path: '/ingestion?pageSize=100&health=failing' },
  { name: 'a list of 100, each with 300 streams of Airbyte', path: '/ingestion?pageSize=100', wide: true },
  { name: 'one ingestion with 5000 streams of Airbyte', path: '/ingestion/wide', wide: true },
  { name: 'the API description', path: '/openapi.json' },
  { name: 'the API description in YAML', path: '/openapi.yaml' },
  { name: 'the page of Swagger UI', path: '/docs/' },
  { name: 'the code of Swagger UI', path: '/docs/swagger-ui-bundle.js' },
  { name: 'the list of problems', path: '/problems' },
  { name: 'a path that does not exist', path: `/${'x'.repeat(15_000)}` },
];

async function main(): Promise<void> {
  const wanted = process.env['BENCH_BLOCKS'] ?? '';
  const upstream = await ScriptedUpstream.start();
  print('| request | bytes | first: CPU ms | elapsed ms | later: CPU ms | elapsed ms | status |');
  print('|---|--:|--:|--:|--:|--:|--:|');
  for (const kind of KINDS.filter(({ name }) => name.includes(wanted))) {
    fill(upstream, kind.wide === true);
    const gateway = await ProbedGateway.start({ AIRBYTE_API_URL: upstream.url, LOG_LEVEL: 'warn' });
    const first = await measure(gateway, kind, 1);
    const later = await measure(gateway, kind, LATER);
    await gateway.stop();
    const cells = [
      kind.name,
      String(kind.body?.length ?? kind.path.length),
      ...[first, later].flatMap(figures),
    ];
    print(`| ${[...cells, String(later.status)].join(' | ')} |`);
  }
  await upstream.close();
}

interface Block {
  readonly cpuMs: number;
  readonly wallMs: number;
  readonly status: number;
}

function figures({ cpuMs, wallMs }: Block): string[] {
  return [cpuMs.toFixed(1), wallMs.toFixed(1)];
}

/** The worst of so many requests, one after the other. */
async function measure(gateway: ProbedGateway, kind: Kind, count: number): Promise<Block> {
  let worst: Block = { cpuMs: 0, wallMs: 0, status: 0 };
  for (let sent = 0; sent < count; sent++) {
    await gateway.reset();
    const status = await send(gateway.url, kind);
    const { blockCpuMs, blockWallMs } = await gateway.peaks();
    worst = {
      cpuMs: Math.max(worst.cpuMs, blockCpuMs),
      wallMs: Math.max(worst.wallMs, blockWallMs),
      status,
    };
  }
  return worst;
}

function send(url: string, { path, body, headers }: Kind): Promise<number> {
  return new Promise((resolve, reject) => {
    const all = { ...headers, ...(body !== undefined && { 'content-type': 'application/json' }) };
    const method = body === undefined ? 'GET' : 'POST';
    const sending = request(url + path, { method, headers: all }, (response) => {
      response.resume().on('error', reject);
      response.on('end', () => {
        resolve(response.statusCode ?? 0);
      });
    });
    sending.on('error', reject).end(body);
  });
}

/** 300 ingestions; wide ones have as many streams as one answer of Airbyte may hold. */
function fill(upstream: ScriptedUpstream, isWide: boolean): void {
  upstream.clear();
  for (let made = 0; made < 300; made++) {
    const { connectionId } = upstream.state.addConnection({
      connectionId: ids[made] ?? randomUUID(),
      ...(isWide && { configurations: { streams: streams(300) } }),
    });
    upstream.state.addJob({ connectionId });
  }
  upstream.state.addConnection({ connectionId: 'known' });
  upstream.state.addConnection({ connectionId: 'wide', configurations: { streams: streams(5000) } });
}

function streams(count: number): object[] {
  return Array.from({ length: count }, (_, index) => ({
    name: `stream_${index}`,
    namespace: 'public',
    syncMode: 'incremental_deduped_history',
    cursorField: ['updated_at'],
    primaryKey: [['id']],
    selectedFields: Array.from({ length: 5 }, (_unused, field) => ({ fieldPath: [`field_${field}`] })),
  }));
}

void main();
