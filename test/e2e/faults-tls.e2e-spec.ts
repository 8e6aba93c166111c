import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { type AddressInfo, connect } from 'node:net';
import { join } from 'node:path';
import { createServer, type Server } from 'node:tls';
import { GatewayProcess } from '../support/gateway-process';
import { ScriptedUpstream } from '../support/scripted-upstream';

const CERTIFICATES = join(__dirname, '..', 'fixtures', 'tls');
const CERTIFICATE = join(CERTIFICATES, 'server.crt');

/** A TLS-terminating proxy, as in front of a real Airbyte. Its certificate is not signed by a public authority. */
async function startTlsFront(upstreamUrl: string): Promise<Server> {
  const { port } = new URL(upstreamUrl);
  const options = { key: readFileSync(join(CERTIFICATES, 'server.key')), cert: readFileSync(CERTIFICATE) };
  const server = createServer(options, (secure) => {
    const plain = connect(Number(port), '127.0.0.1');
    secure.on('error', () => plain.destroy()).pipe(plain);
    plain.on('error', () => secure.destroy()).pipe(secure);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return server;
}

describe('an Airbyte behind TLS', () => {
  let upstream: ScriptedUpstream;
  let front: Server;
  let apiUrl: string;

  beforeAll(async () => {
    upstream = await ScriptedUpstream.start();
    front = await startTlsFront(upstream.url);
    apiUrl = `https://localhost:${(front.address() as AddressInfo).port}${new URL(upstream.url).pathname}`;
  });

  afterAll(async () => {
    front.close();
    await upstream.close();
  });

  const sources = async (environment: Record<string, string>): Promise<Response> => {
    const gateway = await GatewayProcess.start({
      AIRBYTE_API_URL: apiUrl,
      AIRBYTE_TIMEOUT_MS: '3000',
      ...environment,
    });
    const response = await fetch(`${gateway.url}/sources`);
    expect(await gateway.kill('SIGTERM')).toBe(0);
    return response;
  };

  it('is trusted if NODE_EXTRA_CA_CERTS contains its certificate authority', async () => {
    expect((await sources({ NODE_EXTRA_CA_CERTS: CERTIFICATE })).status).toBe(200);
  });

  it('gets no request if its certificate is not trusted', async () => {
    upstream.requests.length = 0;
    const response = await sources({ AIRBYTE_TOKEN: 'not-for-strangers' });
    expect(response.status).toBe(502);
    expect(await response.json()).toMatchObject({ code: 'airbyte-unreachable' });
    expect(upstream.requests).toEqual([]);
  });
});
