import { createHash } from 'node:crypto';
import { startGateway, type TestGateway } from '../support/gateway';
import { ScriptedUpstream } from '../support/scripted-upstream';

const sha256 = (key: string): string => createHash('sha256').update(key).digest('hex');

describe('guessed keys', () => {
  let upstream: ScriptedUpstream;
  let gateway: TestGateway;

  beforeEach(async () => {
    upstream = await ScriptedUpstream.start();
    gateway = await startGateway({
      AIRBYTE_API_URL: upstream.url,
      RATE_LIMIT: '10',
      API_KEYS: `known:ingestion:read:${sha256('known')},guessed:ingestion:read:${sha256('guessed')}`,
    });
  });
  afterEach(async () => {
    await gateway.close();
    await upstream.close();
  });

  const statusWith = async (key: string): Promise<number> => {
    const response = await fetch(`${gateway.url}/ingestion`, { headers: { 'x-api-key': key } });
    await response.text();
    return response.status;
  };
  const guess = async (count: number): Promise<number[]> => {
    const statuses: number[] = [];
    for (let i = 0; i < count; i++) statuses.push(await statusWith(`wrong-${i}`));
    return statuses;
  };

  it('are not checked beyond the rate limit, even if one is valid', async () => {
    const statuses = await guess(30);
    expect(statuses.filter((status) => status === 401)).toHaveLength(10);
    expect(statuses.filter((status) => status === 429)).toHaveLength(20);
    expect(await statusWith('guessed')).toBe(429);
  });

  it('do not block a caller that signed in from the same address before', async () => {
    expect(await statusWith('known')).toBe(200);
    await guess(30);
    expect(await statusWith('known')).toBe(200);
    expect(await statusWith('guessed')).toBe(429);
  });
});
