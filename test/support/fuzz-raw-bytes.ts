import fc, { type Arbitrary } from 'fast-check';
import { encoded, nastyText } from './fuzz-texts';

/** Bytes for a socket: requests with errors at random places, and other bytes. */
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
            'host: localhost',
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
