import { randomBytes, randomUUID } from 'node:crypto';
import * as bodies from '../support/large-bodies';
import { flood, hangUp, sendUnread, type Target, text, trickle } from './connections';

/** By their keys the gateway knows its callers, without keys it tells them apart by address. */
export type Doors = 'with keys' | 'without keys';

export interface Attack {
  readonly name: string;
  /** Default: with keys. What comes after the caller is known is the same for both. */
  readonly doors?: readonly Doors[];
  readonly run: (target: Target) => Promise<void>;
}

const BOTH: readonly Doors[] = ['with keys', 'without keys'];
const FEW = 4;
const MANY = 30;

const post =
  (path: string, body: string, connections = FEW) =>
  (target: Target): Promise<void> => {
    const request = text(target, { path, body });
    return flood(target, connections, () => request);
  };
const get =
  (path: (count: number) => string, connections = MANY) =>
  (target: Target): Promise<void> =>
    flood(target, connections, (count) => text(target, { path: path(count) }));
const unread =
  (path: string, connections: number, requests: number) =>
  (target: Target): Promise<void> =>
    sendUnread(target, connections, text(target, { path }).repeat(requests));
const keyed =
  (body: string) =>
  (target: Target): Promise<void> =>
    flood(target, MANY, () =>
      text(target, { path: '/ingestion', body, headers: { 'idempotency-key': randomUUID() } }),
    );

const anyId = (): string => `/ingestion/${randomUUID()}`;
const manyParameters = Array.from({ length: 1500 }, (_, index) => `p${index}=1`).join('&');
const manyHeaders = Object.fromEntries(Array.from({ length: 1200 }, (_, index) => [`x-${index}`, '1']));

const BODIES: readonly Attack[] = [
  { name: '33,000 empty streams', run: post('/ingestion', bodies.MANY_EMPTY_STREAMS) },
  { name: '9,000 unknown members', run: post('/ingestion/check', bodies.MANY_MEMBERS) },
  { name: 'objects of 195 unknown members', run: post('/ingestion', bodies.UNKNOWN_MEMBERS) },
  { name: 'a thousand streams with four errors each', run: post('/ingestion', bodies.MOST_ERRORS) },
  {
    name: '740 streams with every member',
    doors: BOTH,
    run: post('/ingestion/check', bodies.LARGEST_CREATION),
  },
  { name: 'lists in 49,000 levels', run: post('/ingestion', bodies.DEEP_LISTS) },
  { name: 'objects in 16,000 levels', run: post('/schedule/preview', bodies.DEEP_OBJECTS) },
  { name: 'lists in 98,000 levels that never end', run: post('/ingestion', bodies.DEEP_UNCLOSED) },
  { name: 'broken JSON of 99,000 lines', run: post('/ingestion', bodies.BROKEN_AT_THE_END) },
  { name: 'JSON that is broken everywhere', run: post('/ingestion', bodies.BROKEN_EVERYWHERE) },
  { name: 'a member that is repeated 12,000 times', run: post('/ingestion', bodies.REPEATED_MEMBERS) },
  {
    name: 'the longest cron expression, 100 firings',
    run: post('/schedule/preview', bodies.preview(bodies.LONGEST_CRON)),
  },
  {
    name: 'a schedule that never fires',
    run: post('/schedule/preview', bodies.preview('0 0 0 30 2 ? 2020-2099')),
  },
];

const CONNECTIONS: readonly Attack[] = [
  { name: 'pipelined probes without end', doors: BOTH, run: unread('/health/live', 50, 128) },
  { name: 'answers that are never read: the API description', run: unread('/openapi.json', 60, 100) },
  { name: 'answers that are never read: Swagger UI', run: unread('/docs/swagger-ui-bundle.js', 60, 100) },
  { name: 'answers that are never read: lists', run: unread('/ingestion?pageSize=100', 30, 100) },
  {
    name: 'bodies that come a few bytes at a time',
    run: (target) =>
      trickle(target, 100, text(target, { path: '/ingestion', body: bodies.LARGEST_CREATION })),
  },
  {
    name: 'headers that come a few bytes at a time',
    run: (target) => trickle(target, 100, text(target, { path: '/ingestion', headers: manyHeaders })),
  },
  {
    name: 'connections that are reset after the request',
    run: (target) => hangUp(target, MANY, () => text(target, { path: anyId() })),
  },
  {
    name: 'creations that are hung up on',
    run: (target) =>
      hangUp(target, MANY, () => text(target, { path: '/ingestion', body: bodies.THOUSAND_STREAMS })),
  },
  {
    name: 'pipelined lists that are hung up on',
    run: (target) => hangUp(target, MANY, () => text(target, { path: '/ingestion?pageSize=100' }).repeat(16)),
  },
  {
    name: '1,200 headers',
    run: (target) => flood(target, MANY, () => text(target, { path: anyId(), headers: manyHeaders })),
  },
  { name: '1,500 unknown parameters', doors: BOTH, run: get(() => `/ingestion?${manyParameters}`) },
  { name: 'a path of 15,000 characters', run: get(() => `/ingestion/${'%41'.repeat(5000)}/status`) },
  {
    name: 'bytes that are no HTTP',
    run: (target) => hangUp(target, MANY, () => randomBytes(2000).toString('latin1')),
  },
];

const TABLES: readonly Attack[] = [
  { name: 'ever new idempotency keys, refused by validation', doors: BOTH, run: keyed('{}') },
  {
    name: 'ever new idempotency keys, with a source that does not exist',
    run: keyed(JSON.stringify({ name: 'a', sourceId: randomUUID(), destinationId: randomUUID() })),
  },
  { name: 'ever new ids', doors: BOTH, run: get(anyId, 100) },
  { name: 'statuses of ever new ids', run: get(() => `${anyId()}/status`, 100) },
  { name: 'histories of ever new ids', run: get(() => `${anyId()}/runs`, 100) },
  {
    name: 'batches of 100 unknown ids',
    run: (target) =>
      flood(target, 10, () =>
        text(target, { path: '/ingestion/status/batch', body: bodies.batchOf(randomUUID) }),
      ),
  },
  {
    name: 'ever new addresses',
    doors: ['without keys'],
    run: (target) =>
      flood(target, MANY, () => {
        const [a, b, c] = randomBytes(3);
        return text(target, {
          path: '/ingestion?pageSize=0',
          headers: { 'x-forwarded-for': `10.${a ?? 0}.${b ?? 0}.${c ?? 0}` },
        });
      }),
  },
  {
    name: 'guessed keys',
    run: (target) =>
      flood(target, MANY, () => text({ ...target, key: randomUUID() }, { path: '/ingestion' })),
  },
  {
    name: 'guessed tokens',
    run: (target) =>
      flood(target, MANY, () =>
        text(
          { ...target, key: null },
          { path: '/ingestion', headers: { authorization: `Bearer ${forgedToken()}` } },
        ),
      ),
  },
];

const READS: readonly Attack[] = [
  { name: 'API descriptions of 3.1', run: get(() => '/openapi.json') },
  { name: 'API descriptions in YAML', run: get(() => '/openapi.yaml') },
  { name: 'Swagger UI', run: get(() => '/docs/swagger-ui-bundle.js') },
  { name: 'pages of problems', run: get(() => '/problems') },
  {
    name: 'page tokens of 8,000 characters',
    run: get(() => `/ingestion?pageToken=${randomBytes(6000).toString('base64url')}`),
  },
  { name: 'lists of 100', run: get(() => '/ingestion?pageSize=100', 10) },
  {
    name: 'lists with filters that match nothing',
    run: get(
      (count) =>
        `/ingestion?pageSize=100&name=nothing-${count}&scheduleType=basic&status=inactive&health=failing`,
      10,
    ),
  },
  {
    name: 'an etag list of 15,000 characters',
    run: (target) =>
      flood(target, MANY, () =>
        text(target, {
          path: `/ingestion/${target.ids[0] ?? ''}`,
          headers: { 'if-none-match': '"a",'.repeat(3700) },
        }),
      ),
  },
  { name: 'a status again and again', run: get(() => '/ingestion/known/status') },
  {
    name: 'starts that Airbyte answers late',
    run: (target) =>
      flood(target, MANY, (count) =>
        text(target, { path: `/ingestion/${target.ids[count % target.ids.length] ?? ''}/runs`, body: '{}' }),
      ),
  },
];

export const ATTACKS: readonly Attack[] = [...BODIES, ...CONNECTIONS, ...TABLES, ...READS];

function forgedToken(): string {
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const claims = { iss: 'https://issuer.invalid', sub: randomUUID(), aud: 'gateway', exp: 4_000_000_000 };
  return `${part({ alg: 'ES256', kid: randomUUID() })}.${part(claims)}.${randomBytes(64).toString('base64url')}`;
}
