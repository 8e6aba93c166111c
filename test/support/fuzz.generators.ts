import fc, { type Arbitrary } from 'fast-check';
import { DESTINATION_ID, SOURCE_ID } from './upstream-state';

/** An ingestion that exists, for the fuzzer to find now and then. */
export const KNOWN_ID = 'b7c1d2e3-0000-4000-8000-00000000000a';

/** What an attacker, a bug or an odd keyboard puts where an id, a name or a header should be. */
const NASTY_TEXTS = [
  '',
  ' ',
  '.',
  '..',
  '../..',
  '../../api/v1/jobs',
  '%2e%2e',
  '..%2f..%2fjobs',
  '%00',
  '%',
  '%zz',
  '%c0%af',
  'a/b',
  'a\\b',
  'a?limit=1',
  'a#b',
  'a;b',
  'a&b=c',
  'a\r\nx-evil: 1',
  'a%0d%0ax-evil:%201',
  '\u0000',
  '\u202e',
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'hasOwnProperty',
  'null',
  'undefined',
  'NaN',
  '-1',
  '1e9',
  '9007199254740993',
  '{}',
  '[]',
  '$ne',
  '${7*7}',
  '{{7*7}}',
  "' or 1=1 --",
  '<script>',
  'x'.repeat(128),
  'x'.repeat(129),
  'x'.repeat(5000),
  'é',
  '🦆',
  '\ud800',
  'Every 6 HOURS',
  '0 2 * * *',
  '0 0 2 * * ?',
  '@daily',
  'UTC',
  'PT6H',
  'P99999999999Y',
];

const nastyText = fc.oneof(
  fc.constantFrom(...NASTY_TEXTS),
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.string({ maxLength: 200 }),
);

const nastyValue: Arbitrary<unknown> = fc.oneof(
  nastyText,
  fc.constantFrom<unknown>(
    null,
    true,
    false,
    0,
    -0,
    -1,
    1.5,
    1e308,
    Number.MAX_SAFE_INTEGER + 1,
    [],
    {},
    [[]],
    [null],
  ),
  fc.jsonValue({ maxDepth: 4 }),
  fc.array(nastyText, { maxLength: 5 }),
  fc.dictionary(
    fc.oneof(nastyText, fc.constantFrom('name', 'scheduleType', 'length', 'then', 'toJSON')),
    nastyText,
    { maxKeys: 4 },
  ),
);

export interface FuzzRequest {
  readonly method: string;
  /** As it goes over the wire. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | null;
}

export interface Route {
  readonly method: string;
  /** As in the API description: `/ingestion/{connectionId}`. */
  readonly path: string;
}

const WITH_BODY = ['POST', 'PATCH', 'PUT'];

/** Some bytes as they may stand in a request line: everything else is percent-encoded. */
function encode(text: string, thoroughly: boolean): string {
  const bytes = Buffer.from(text, 'utf8');
  const safe = thoroughly ? /[A-Za-z0-9._~-]/ : /[!-~]/;
  return [...bytes]
    .map((byte) => {
      const character = String.fromCharCode(byte);
      return safe.test(character) ? character : `%${byte.toString(16).padStart(2, '0')}`;
    })
    .join('');
}

const encoded = (text: Arbitrary<string>): Arbitrary<string> =>
  fc.tuple(text, fc.boolean()).map(([value, thoroughly]) => encode(value, thoroughly));

/** Ids of all kinds, one in five of something that exists. */
const id = fc.oneof(
  { weight: 1, arbitrary: fc.constantFrom(KNOWN_ID, '1') },
  { weight: 1, arbitrary: fc.uuid({ version: 5 }) },
  { weight: 3, arbitrary: encoded(nastyText) },
);

const QUERY_NAMES = [
  'freshness',
  'pageSize',
  'pageToken',
  'status',
  'validateOnly',
  'name',
  'sourceId',
  'workspaceId',
  'limit',
  'offset',
  '__proto__',
  'constructor',
  'status[]',
  'status[$ne]',
  'workspaceIds',
];
const QUERY_VALUES = ['active', 'failed', '20', '0', '101', 'true', 'false', 'PT6H', '1-1', '99999-1'];

const someQuery = fc
  .array(
    fc.tuple(
      fc.oneof(fc.constantFrom(...QUERY_NAMES), encoded(nastyText)),
      fc.oneof(fc.constantFrom(...QUERY_VALUES), encoded(nastyText)),
    ),
    { maxLength: 5 },
  )
  .map((pairs) => (pairs.length === 0 ? '' : `?${pairs.map((pair) => pair.join('=')).join('&')}`));
const query = fc.oneof({ weight: 3, arbitrary: fc.constant('') }, { weight: 2, arbitrary: someQuery });

/** What HTTP allows in a value: a client cannot send more. */
const headerValue = nastyText.map((text) => text.replace(/[^\t\x20-\x7e\x80-\xff]/g, '').slice(0, 3000));

const headers = fc.dictionary(
  fc.constantFrom(
    'x-request-id',
    'traceparent',
    'tracestate',
    'idempotency-key',
    'if-match',
    'if-none-match',
    'authorization',
    'x-api-key',
    'accept',
    'accept-encoding',
    'cookie',
    'origin',
    'referer',
    'x-forwarded-for',
    'x-forwarded-host',
    'forwarded',
    'x-http-method-override',
    'range',
    'expect-ct',
    'prefer',
    '__proto__x',
    'user-agent',
  ),
  fc.oneof(
    headerValue,
    fc.constant('00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'),
    fc.uuid({ version: 5 }),
  ),
  { maxKeys: 4 },
);

const schedule = fc.record(
  {
    scheduleType: fc.oneof(fc.constantFrom<unknown>('cron', 'basic', 'manual'), nastyValue),
    cronExpression: fc.oneof(cronLike(), nastyValue),
    basicTiming: fc.oneof(
      fc.constantFrom<unknown>('Every 6 HOURS', 'Every 0 MINUTES', 'Every 1e3 HOURS'),
      nastyValue,
    ),
    timeZone: fc.oneof(fc.constantFrom<unknown>('UTC', 'Europe/Paris', null), nastyValue),
  },
  { requiredKeys: [] },
);

/** Texts that look like cron expressions, with as many fields as come. */
function cronLike(): Arbitrary<string> {
  const field = fc.oneof(
    fc.constantFrom(
      '*',
      '?',
      '0',
      '1-5',
      '*/5',
      '2#3',
      'L',
      'LW',
      '15W',
      'MON-FRI',
      '5/0',
      '1,2,3',
      '-',
      '/',
      '#',
      '99',
      'FRI-MON/2',
    ),
    fc.nat(100).map(String),
  );
  return fc.array(field, { minLength: 1, maxLength: 9 }).map((fields) => fields.join(' '));
}

const streams = fc.array(
  fc.record(
    {
      name: nastyValue,
      namespace: nastyValue,
      syncMode: nastyValue,
      cursorField: nastyValue,
      primaryKey: nastyValue,
    },
    { requiredKeys: [] },
  ),
  { maxLength: 3 },
);

const name = fc.oneof({ weight: 3, arbitrary: fc.constant<unknown>('Orders') }, nastyValue);
const field = (right: unknown): Arbitrary<unknown> =>
  fc.oneof({ weight: 19, arbitrary: fc.constant(right) }, { weight: 1, arbitrary: nastyValue });

/** Members of every body of this API, right more often than not, so that some requests get far. */
const members = fc.record(
  {
    name,
    sourceId: field(SOURCE_ID),
    destinationId: field(DESTINATION_ID),
    schedule: fc.oneof(schedule, fc.constant(null), nastyValue),
    status: field('active'),
    streams: fc.oneof(streams, fc.constant(null), nastyValue),
    onConflict: field('attach'),
    ids: fc.oneof(fc.array(fc.oneof(fc.constant(KNOWN_ID), nastyText), { maxLength: 4 }), nastyValue),
    count: field(3),
    from: field('2026-01-15T10:30:00Z'),
  },
  { requiredKeys: [] },
);

const creation = fc.record({
  name: field('Orders'),
  sourceId: field(SOURCE_ID),
  destinationId: field(DESTINATION_ID),
  schedule: fc.oneof(
    { weight: 1, arbitrary: schedule },
    { weight: 3, arbitrary: fc.constantFrom(null, { scheduleType: 'manual' }, { scheduleType: 'basic' }) },
  ),
});

const strayMember = fc.tuple(
  fc.constantFrom('__proto__', 'constructor', 'prototype', 'toString', 'extra'),
  fc.constantFrom<unknown>({ polluted: true }, { prototype: { polluted: true } }, 1),
);

/** JSON.stringify would lose `__proto__`, so that is written by hand. */
const withStrayMember = fc.tuple(fc.oneof(creation, members), strayMember).map(([value, [key, stray]]) => {
  const text = JSON.stringify(value);
  const separator = text === '{}' ? '' : ',';
  return `${text.slice(0, -1)}${separator}${JSON.stringify(key)}:${JSON.stringify(stray)}}`;
});

const body: Arbitrary<string> = fc.oneof(
  { weight: 8, arbitrary: creation.map((value) => JSON.stringify(value)) },
  { weight: 6, arbitrary: members.map((value) => JSON.stringify(value)) },
  { weight: 2, arbitrary: withStrayMember },
  { weight: 1, arbitrary: fc.json() },
  { weight: 1, arbitrary: nastyText },
  { weight: 1, arbitrary: fc.nat(3000).map((depth) => `${'['.repeat(depth)}${']'.repeat(depth)}`) },
  {
    weight: 1,
    arbitrary: fc.tuple(members, fc.nat(200)).map(([value, end]) => JSON.stringify(value).slice(0, end)),
  },
);

const contentType = fc.oneof(
  { weight: 12, arbitrary: fc.constant('application/json') },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      'application/json; charset=utf-8',
      'application/json;charset=utf-16',
      'text/plain',
      'application/xml',
      'multipart/form-data',
      'application/x-www-form-urlencoded',
      'application/merge-patch+json',
      '',
      'x',
      'a/b;c',
    ),
  },
);

/** Requests for any of the routes, with everything in them made up. */
export function requestsFor(routes: readonly Route[]): Arbitrary<FuzzRequest> {
  return fc.constantFrom(...routes).chain((route) => {
    const withBody = WITH_BODY.includes(route.method);
    return fc
      .record({ ids: fc.array(id, { minLength: 2, maxLength: 2 }), query, headers, body, contentType })
      .map((parts) => ({
        method: route.method,
        path: filled(route.path, parts.ids) + parts.query,
        headers: { ...parts.headers, ...(withBody && { 'content-type': parts.contentType }) },
        body: withBody ? parts.body : null,
      }));
  });
}

function filled(path: string, ids: readonly string[]): string {
  let next = 0;
  return path.replace(/\{\w+\}/g, () => ids[next++] ?? '');
}

/** Bytes for a socket: requests with something wrong in any place, and what is no request at all. */
export const rawBytes: Arbitrary<string> = fc.oneof(
  fc.string({ unit: 'binary-ascii', maxLength: 300 }),
  fc
    .tuple(
      fc.constantFrom('GET', 'POST', 'PATCH', 'OPTIONS', 'TRACE', 'CONNECT', 'get', 'G\u0000T', 'PROPFIND'),
      fc.oneof(
        fc.constantFrom('/ingestion', '*', 'http://evil.invalid/ingestion', '//evil.invalid/', '/\\..\\'),
        encoded(nastyText).map((text) => `/${text}`),
      ),
      fc.constantFrom('HTTP/1.1', 'HTTP/1.0', 'HTTP/9.9', 'http/1.1', ''),
      fc.array(
        fc.oneof(
          fc.constantFrom(
            'host: a',
            'host: ',
            'content-length: 5',
            'content-length: -1',
            'content-length: 5\r\ncontent-length: 6',
            'transfer-encoding: chunked',
            'transfer-encoding: chunked, identity',
            'expect: 100-continue',
            'expect: x',
            'upgrade: websocket\r\nconnection: upgrade',
            'x-request-id: a\r\n b',
            ' folded',
            'connection: close',
            'no colon',
          ),
          fc.string({ unit: 'binary-ascii', maxLength: 40 }),
        ),
        { maxLength: 4 },
      ),
      fc.oneof(fc.constant(''), fc.string({ unit: 'binary-ascii', maxLength: 60 })),
    )
    .map(
      ([method, target, version, lines, rest]) =>
        `${method} ${target} ${version}\r\n${lines.join('\r\n')}\r\nconnection: close\r\n\r\n${rest}`,
    ),
);
