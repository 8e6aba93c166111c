import pino from 'pino';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { systemClock } from '../../src/lib/clock';
import { parseSettings } from '../../src/config/settings';
import { createApp } from '../../src/start';
import { checkedAgent } from '../support/contract-callers';
import { DESTINATION_ID, ScriptedUpstream, SOURCE_ID } from '../support/scripted-upstream';

const ORDERS = { name: 'Orders', sourceId: SOURCE_ID, destinationId: DESTINATION_ID };
const LIMIT = 1000;

let upstream: ScriptedUpstream;
let app: NestFastifyApplication | undefined;
let lines: Record<string, unknown>[];

beforeAll(async () => {
  upstream = await ScriptedUpstream.start();
});
afterEach(async () => {
  await app?.close();
});
afterAll(async () => {
  await upstream.close();
});

async function open(trustedProxies: string): Promise<string> {
  const settings = parseSettings({
    AIRBYTE_API_URL: upstream.url,
    TRUSTED_PROXIES: trustedProxies,
    RATE_LIMIT: String(LIMIT),
  });
  const airbyte = { ...settings.airbyte, apiUrl: upstream.url };
  lines = [];
  const write = (line: string): void => void lines.push(JSON.parse(line) as Record<string, unknown>);
  app = await createApp({ ...settings, airbyte }, systemClock, pino({ base: null }, { write }));
  await app.listen(0, '127.0.0.1');
  return app.getUrl();
}

/** Returns the client address in the audit log, and the number of requests that were counted for it. */
async function seenFrom(url: string, headers: Record<string, string>): Promise<[unknown, number]> {
  const { headers: answered } = await checkedAgent(url)
    .post('/ingestion')
    .set(headers)
    .send(ORDERS)
    .expect(201);
  const audit = lines.filter((line) => line['audit'] === true).at(-1);
  const remaining = /r=(\d+)/.exec(answered['ratelimit'] ?? '')?.[1];
  return [audit?.['address'], LIMIT - Number(remaining)];
}

describe('the address of a client', () => {
  it('is that of the connection if no proxy is trusted', async () => {
    const url = await open('');
    const claims = [
      { 'x-forwarded-for': '192.0.2.1' },
      { forwarded: 'for=192.0.2.2' },
      { 'x-real-ip': '192.0.2.3' },
    ];
    for (const [index, claim] of claims.entries())
      expect(await seenFrom(url, claim)).toEqual(['127.0.0.1', index + 1]);
  });

  it('is that of the connection if it comes from a proxy that is not trusted', async () => {
    const url = await open('10.0.0.0/8');
    expect(await seenFrom(url, { 'x-forwarded-for': '192.0.2.1' })).toEqual(['127.0.0.1', 1]);
  });

  describe('behind trusted proxies', () => {
    const PROXIES = '127.0.0.1,10.0.0.0/8';

    it.each([
      ['what the proxy saw', '192.0.2.1', '192.0.2.1'],
      ['what the outermost of them saw', '192.0.2.1, 10.1.2.3', '192.0.2.1'],
      ['not what the caller put before it', '203.0.113.9, 192.0.2.1, 10.1.2.3', '192.0.2.1'],
      ['an address of IPv6', '2001:db8::1', '2001:db8::1'],
      ['what a proxy wrote with its port', '192.0.2.1:49152, 10.1.2.3:443', '192.0.2.1'],
      ['an address of IPv6 with its port', '[2001:db8::1]:49152, 10.1.2.3', '2001:db8::1'],
      ['nothing that is no address', '<script>', '127.0.0.1'],
      ['nothing that is empty', '', '127.0.0.1'],
      ['not what Forwarded says', undefined, '127.0.0.1'],
    ])('is %s', async (_what, forwardedFor, address) => {
      const url = await open(PROXIES);
      const claim = {
        forwarded: 'for=203.0.113.7',
        ...(forwardedFor !== undefined && { 'x-forwarded-for': forwardedFor }),
      };
      expect(await seenFrom(url, claim)).toEqual([address, 1]);
    });

    it('has its own rate limit', async () => {
      const url = await open(PROXIES);
      expect(await seenFrom(url, { 'x-forwarded-for': '192.0.2.1' })).toEqual(['192.0.2.1', 1]);
      expect(await seenFrom(url, { 'x-forwarded-for': '192.0.2.2' })).toEqual(['192.0.2.2', 1]);
      expect(await seenFrom(url, { 'x-forwarded-for': '198.51.100.1, 192.0.2.1' })).toEqual(['192.0.2.1', 2]);
    });
  });
});
