import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { JsonObject } from '../../src/embedded/platform/json';
import { until } from '../support/until';
import { Authority, type Certificate } from './certificates';
import { runConnector } from './connector-run';
import { PostgresServer } from './server';

const CONNECTORS = ['source-postgres', 'destination-postgres'] as const;
/** The server accepts each role over one kind of connection only, so a check shows which kind was used. */
const RULES = [
  'hostssl all encrypted_only 127.0.0.1/32 trust',
  'host all encrypted_only 127.0.0.1/32 reject',
  'hostnossl all plain_only 127.0.0.1/32 trust',
  'host all plain_only 127.0.0.1/32 reject',
  'hostssl all by_certificate 127.0.0.1/32 cert',
  'host all by_certificate 127.0.0.1/32 reject',
  'hostssl all by_password 127.0.0.1/32 scram-sha-256',
];

describe.each(CONNECTORS)('the encryption of %s', (connector) => {
  let server: PostgresServer;
  let authority: Authority;
  let other: Authority;
  let client: Certificate;

  beforeAll(async () => {
    authority = Authority.create('The right authority');
    other = Authority.create('Another authority');
    client = authority.sign('by_certificate');
    server = await PostgresServer.start();
    const own = authority.sign('the server', 'DNS:localhost');
    const files = {
      ssl_cert_file: server.addFile('server.crt', own.certificate),
      ssl_key_file: server.addFile('server.key', own.key),
      ssl_ca_file: server.addFile('ca.crt', authority.certificate),
    };
    const settings = Object.entries(files).map(([name, path]) => `ALTER SYSTEM SET ${name} = '${path}';`);
    const roles = ['encrypted_only', 'plain_only', 'by_certificate'].map(
      (name) => `CREATE ROLE ${name} LOGIN SUPERUSER;`,
    );
    server.sql(`${roles.join('')} CREATE ROLE by_password LOGIN SUPERUSER PASSWORD 'right'`);
    for (const setting of [...settings, 'ALTER SYSTEM SET ssl = on']) server.sql(setting);
    server.addAccessRule(RULES.join('\n'));
    await until('the server to encrypt', async () =>
      (await check('encrypted_only', { mode: 'require' })) === null ? true : null,
    );
  });
  afterAll(async () => {
    await server.stop();
    authority.remove();
    other.remove();
  });

  const check = async (username: string, ssl: JsonObject, more: JsonObject = {}): Promise<string | null> => {
    const place = connector === 'source-postgres' ? { schemas: ['information_schema'] } : {};
    const config = { ...server.config('postgres', username), ...place, ssl_mode: ssl, ...more };
    return (await runConnector(connector, 'check', { config })).checkFailure;
  };

  it.each(['require', 'prefer', 'allow'])('is used if the server requires it: %s', async (mode) => {
    expect(await check('encrypted_only', { mode })).toBeNull();
  });

  it.each(['disable', 'prefer', 'allow'])('is not used if the server refuses it: %s', async (mode) => {
    expect(await check('plain_only', { mode })).toBeNull();
  });

  it('fails instead of being skipped if it is required', async () => {
    const refused = /^The server refused plain_only .*Check username, ssl_mode/;
    expect(await check('plain_only', { mode: 'require' })).toMatch(refused);
    for (const mode of ['verify-ca', 'verify-full'])
      expect(
        await check('plain_only', { mode, ca_certificate: authority.certificate }, { host: 'localhost' }),
      ).toMatch(refused);
    expect(await check('encrypted_only', { mode: 'disable' })).toMatch(/^The server refused encrypted_only/);
  });

  it('checks the authority but not the host name: verify-ca', async () => {
    const mode = 'verify-ca';
    expect(await check('encrypted_only', { mode, ca_certificate: authority.certificate })).toBeNull();
    expect(await check('encrypted_only', { mode, ca_certificate: other.certificate })).toMatch(
      /^ssl_mode verify-ca: .*certificate.*Check the certificates in ssl_mode/,
    );
    expect(await check('encrypted_only', { mode, ca_certificate: 'no certificate' })).toMatch(
      /^ssl_mode verify-ca: /,
    );
    expect(await check('encrypted_only', { mode })).toMatch(/^ssl_mode\.ca_certificate is required/);
  });

  it('also checks the host name: verify-full', async () => {
    const mode = 'verify-full';
    const right = { mode, ca_certificate: authority.certificate };
    expect(await check('encrypted_only', right, { host: 'localhost' })).toBeNull();
    expect(await check('encrypted_only', right)).toMatch(
      /^ssl_mode verify-full: .*127\.0\.0\.1.*Check the certificates in ssl_mode and the name of the host/,
    );
    expect(
      await check('encrypted_only', { mode, ca_certificate: other.certificate }, { host: 'localhost' }),
    ).toMatch(/^ssl_mode verify-full: .*certificate/);
  });

  it('authenticates with a client certificate', async () => {
    const right = {
      mode: 'verify-ca',
      ca_certificate: authority.certificate,
      client_certificate: client.certificate,
      client_key: client.key,
    };
    expect(await check('by_certificate', right)).toBeNull();
    const client_key = authority.encrypted(client.key, 'a password');
    expect(
      await check('by_certificate', { ...right, client_key, client_key_password: 'a password' }),
    ).toBeNull();
    const wrong = await check('by_certificate', { ...right, client_key, client_key_password: 'another' });
    expect(wrong).toMatch(/^ssl_mode verify-ca: .*Check the certificates in ssl_mode/);
    expect(wrong).not.toContain('another');
    expect(await check('by_certificate', { ...right, client_key: other.sign('x').key })).toMatch(
      /^ssl_mode verify-ca: /,
    );
    const { certificate, key } = other.sign('by_certificate');
    expect(
      await check('by_certificate', { ...right, client_certificate: certificate, client_key: key }),
    ).toMatch(
      /^ssl_mode verify-ca: the server rejected the TLS handshake \(alert unknown ca\)\. Check ssl_mode\.client_cert/,
    );
    expect(
      await check('by_certificate', { mode: 'verify-ca', ca_certificate: authority.certificate }),
    ).toMatch(/by_certificate.*ssl_mode|ssl_mode.*certificate/);
  });

  it.each(['require', 'verify-ca', 'verify-full'])(
    'sends nothing to a server that does not encrypt: %s',
    async (mode) => {
      const received: Buffer[] = [];
      const fake = createServer((socket) => {
        socket.on('error', () => undefined);
        socket.on('data', (data) => {
          received.push(data);
          socket.write('N');
        });
      }).listen(0, '127.0.0.1');
      await once(fake, 'listening');
      const { port } = fake.address() as AddressInfo;
      const ssl = { mode, ...(mode === 'require' ? {} : { ca_certificate: authority.certificate }) };
      expect(await check('encrypted_only', ssl, { port })).toMatch(/^ssl_mode .*does not support TLS/);
      // The connection contains only the TLS request.
      expect(Buffer.concat(received).toString('hex')).toMatch(/^0000000804d2162f(5800000004)?$/);
      fake.close();
    },
  );

  it('does not use the password file of the gateway’s user', async () => {
    const home = mkdtempSync(join(tmpdir(), 'home-'));
    writeFileSync(join(home, '.pgpass'), '*:*:*:*:right', { mode: 0o600 });
    const before = process.env['HOME'];
    process.env['HOME'] = home;
    try {
      const without = server.config('postgres', 'by_password');
      delete without['password'];
      const place = connector === 'source-postgres' ? { schemas: ['information_schema'] } : {};
      const config = { ...without, ...place, ssl_mode: { mode: 'require' } };
      expect((await runConnector(connector, 'check', { config })).checkFailure).toBe(
        'password: the server requires one. Set the password of by_password.',
      );
      expect(
        (await runConnector(connector, 'check', { config: { ...config, password: 'right' } })).checkFailure,
      ).toBeNull();
    } finally {
      process.env['HOME'] = before;
      rmSync(home, { recursive: true });
    }
  });
});
