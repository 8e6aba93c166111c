import { createHash, hkdfSync } from 'node:crypto';
import { TokenSigner } from '../../src/lib/token-signer';
import { writeToken } from '../../src/api/pagination/page-token';
import { startGateway, type TestGateway } from '../support/gateway';
import { TestIssuer } from '../support/issuer';
import { ScriptedUpstream } from '../support/scripted-upstream';

const KEY = 'key-of-a-caller';
const HASH = createHash('sha256').update(KEY).digest('hex');
const PAGE_TOKEN_KEY = Buffer.alloc(32, 7).toString('base64');

let upstream: ScriptedUpstream;
let gateways: TestGateway[] = [];

beforeAll(async () => {
  upstream = await ScriptedUpstream.start();
});
beforeEach(() => {
  upstream.clear();
  for (let made = 0; made < 5; made++) upstream.state.addConnection();
});
afterEach(async () => {
  await Promise.all(gateways.map((gateway) => gateway.close()));
  gateways = [];
});
afterAll(() => upstream.close());

async function start(settings: Record<string, string>): Promise<TestGateway> {
  const gateway = await startGateway({ AIRBYTE_API_URL: upstream.url, ...settings });
  gateways.push(gateway);
  return gateway;
}

async function statusOf(
  gateway: TestGateway,
  pageToken: string,
  headers: Record<string, string> = {},
): Promise<number> {
  const response = await gateway.api.get('/ingestion').query({ pageToken }).set(headers);
  return response.status;
}

async function tokenOf(gateway: TestGateway): Promise<string> {
  const { body } = await gateway.api.get('/ingestion?pageSize=2').expect(200);
  return (body as { nextPageToken: string }).nextPageToken;
}

/** A token that somebody signs with a key from what callers know. */
function forged(secret: string): string {
  const signer = new TokenSigner(Buffer.from(hkdfSync('sha256', secret, '', 'page tokens', 32)));
  return writeToken('an-id', signer);
}

describe('a forged page token is refused without a call', () => {
  it.each([
    ['nothing', '[]'],
    ['the hash of the own API key', JSON.stringify([HASH])],
    ['no credentials', JSON.stringify({ kind: 'none' })],
    ['an empty secret', ''],
  ])('signed with %s', async (_, secret) => {
    const gateway = await start({ API_KEYS: `caller:ingestion:read:${HASH}` });
    expect(await statusOf(gateway, forged(secret), { 'x-api-key': KEY })).toBe(400);
    expect(upstream.requests).toEqual([]);
  });

  it('with an issuer of tokens as the only setting', async () => {
    const issuer = await TestIssuer.start();
    try {
      const gateway = await start({ OIDC_ISSUER: issuer.url, OIDC_AUDIENCE: 'gateway' });
      const authorization = `Bearer ${await issuer.token({ scope: 'ingestion:read' })}`;
      expect(await statusOf(gateway, forged('[]'), { authorization })).toBe(400);
      expect(upstream.requests).toEqual([]);
    } finally {
      await issuer.close();
    }
  });
});

describe('a page token of another replica', () => {
  it.each([
    ['with a common key', { PAGE_TOKEN_KEY }, 200],
    ['with the same credentials for Airbyte', { AIRBYTE_TOKEN: 'token' }, 200],
    ['with nothing in common', {}, 400],
  ])('%s', async (_, settings, status) => {
    const [one, two] = [await start(settings), await start(settings)];
    const token = await tokenOf(one);
    expect(await statusOf(one, token)).toBe(200);
    expect(await statusOf(two, token)).toBe(status);
  });
});
