import type { Server } from 'node:http';
import { connect } from 'node:net';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Database } from '../store/database';
import { createApiServer, listenOnLoopback } from './server';
import { Tokens } from './token';

let folder: string;
let db: Database;
let server: Server;
let port: number;
const log: string[] = [];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'server-'));
  db = Database.open(folder);
  const note = (message: string): void => {
    log.push(message);
  };
  const anonymous = { anonymous: true, method: 'GET' } as const;
  server = createApiServer({
    routes: {
      internal: [],
      public: [
        { ...anonymous, path: '/fill', handle: () => ({ status: 200, body: fillDisk() }) },
        {
          ...anonymous,
          path: '/bug',
          handle: () => {
            throw new TypeError('x is not a function');
          },
        },
        { ...anonymous, method: 'POST', path: '/echo', handle: ({ body }) => ({ status: 200, body }) },
      ],
    },
    tokens: new Tokens('id', 'secret'),
    log: { info: note, warn: note, error: note },
    now: () => new Date(),
  });
  port = await listenOnLoopback(server, null);
});

afterAll(() => {
  server.closeAllConnections();
  server.close();
  db.close();
  rmSync(folder, { recursive: true, force: true });
});

/** SQLite reports a full disk when a file reaches its limit of pages. */
function fillDisk(): object {
  const pages = db.one('PRAGMA page_count')?.integer('page_count') ?? 0;
  db.one(`PRAGMA max_page_count = ${pages}`);
  return db.run('INSERT INTO "workspaces" VALUES (?, ?, 1)', 'w', 'x'.repeat(100_000));
}

/** The first line of the answer to a request as it is written here. */
function answerTo(request: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let answer = '';
    const socket = connect(port, '127.0.0.1', () => socket.write(request));
    socket.on('data', (chunk) => {
      answer += chunk.toString();
    });
    socket.on('error', reject);
    socket.on('close', () => {
      resolve(answer.split('\r\n')[0] ?? '');
    });
  });
}

it.each([
  ['//', '401'],
  ['//evil.example/api/public/v1/sources?token=hunter2', '401'],
  ['/api/public/v1//', '401'],
  ['/%', '401'],
  ['*', '400'],
  ['http://127.0.0.1/api/public/v1/sources', '400'],
])('answers GET %s without a token with %s, and logs nothing of it', async (target, status) => {
  expect(await answerTo(`GET ${target} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n`)).toContain(
    ` ${status} `,
  );
  expect(log.join('\n')).not.toContain('evil');
});

it('answers with the reason when the disk is full', async () => {
  const response = await fetch(`http://127.0.0.1:${port}/api/public/v1/fill`);
  expect(response.status).toBe(500);
  expect(await response.json()).toMatchObject({
    title: 'unexpected-problem',
    data: { message: expect.stringContaining('the disk is full') },
    errorId: expect.any(String),
  });
  expect(db.storageFailure()).toBe('the disk is full');
  db.one('PRAGMA max_page_count = 1000000');
  db.run('INSERT INTO "workspaces" VALUES (?, ?, 1)', 'w', 'x'.repeat(100_000));
  expect(db.storageFailure()).toBeNull();
});

it('answers a defect of its own with nothing but an id, by which the log names the cause', async () => {
  const response = await fetch(`http://127.0.0.1:${port}/api/public/v1/bug?secret=hunter2`);
  const body = (await response.json()) as Record<string, unknown>;
  expect([response.status, Object.keys(body)]).toEqual([500, ['errorId']]);
  const line = log.find((entry) => entry.includes(String(body['errorId']))) ?? '';
  expect(line).toContain('x is not a function');
  expect(line).not.toContain('hunter2');
});

it('refuses a body that is nested too deeply', async () => {
  const nested = (levels: number): string => `{"a":${'['.repeat(levels)}${']'.repeat(levels)}}`;
  const send = (body: string): Promise<Response> =>
    fetch(`http://127.0.0.1:${port}/api/public/v1/echo`, { method: 'POST', body });
  expect((await send(nested(99))).status).toBe(200);
  expect((await send(nested(100_000))).status).toBe(400);
});
