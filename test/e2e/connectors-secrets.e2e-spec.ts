import { connectorBench } from '../support/connector-bench';
import { problem } from '../support/scripted-upstream';

const { bench, send } = connectorBench();

describe('secrets in odd places', () => {
  const SECRETS = {
    host: 'h',
    url: 'postgres://app:p%40ss/w0rd@db.example/x?sslpassword=hush-hush&mode=a',
    pin: '42',
    codes: ['code-one', 'code-two'],
    keys: [
      { label: 'l', value: 'key-value' },
      { label: 'm', value: 90_210 },
    ],
    tunnel: { method: 'SSH', auth: { kind: 'phrase', words: 'nested "words"\nof two lines' } },
  };
  const CLEAR = ['p%40ss/w0rd', 'hush-hush', '"42"', 'code-one', 'code-two', 'key-value', '90210', 'nested'];

  it('are masked in the answer, and all else is kept', async () => {
    const made = await send('post', '/sources', { name: 'Odd', type: 'file', configuration: SECRETS });
    expect(made.body['configuration']).toEqual({
      host: 'h',
      url: 'postgres://app:**********@db.example/x?sslpassword=**********&mode=a',
      pin: '**********',
      codes: ['**********', '**********'],
      keys: [
        { label: 'l', value: '**********' },
        { label: 'm', value: '**********' },
      ],
      tunnel: { method: 'SSH', auth: { kind: 'phrase', words: '**********' } },
    });
    for (const secret of CLEAR) expect(made.text).not.toContain(secret);
  });

  it.each([
    ['as they were sent', (secret: string) => secret],
    ['encoded for a URL', encodeURIComponent],
    ['escaped for JSON', (secret: string) => JSON.stringify(secret)],
    ['in base64', (secret: string) => Buffer.from(secret).toString('base64')],
  ])('are removed from a message of Airbyte that repeats them %s', async (_name, encode) => {
    const secrets = ['code-one', 'key-value', 'nested "words"\nof two lines', 'p%40ss/w0rd'];
    const message = `Refused: ${secrets.map(encode).join(' and ')}.`;
    bench.upstream.on('POST /sources', () => problem(422, message));
    const configuration = { ...SECRETS, pin: 'a-long-pin' };
    const refused = await send('post', '/sources', { name: 'Odd', type: 'file', configuration });
    expect([refused.status, refused.body['code']]).toEqual([422, 'rejected-by-airbyte']);
    expect(refused.text).toContain('Refused');
    for (const secret of [...secrets, ...secrets.map(encode)])
      expect(refused.text).not.toContain(JSON.stringify(secret).slice(1, -1));
  });

  it('that are very short leave no message of Airbyte that contains them', async () => {
    bench.upstream.on('POST /sources', () => problem(422, 'The pin 42 is wrong.'));
    const configuration = { host: 'h', pin: '42' };
    const refused = await send('post', '/sources', { name: 'Odd', type: 'file', configuration });
    expect(refused.body['detail']).toContain('is left out');
    expect(refused.text).not.toContain('pin 42');
  });

  it('are not repeated by the errors of a schema', async () => {
    const configuration = { ...SECRETS, pin: 'x', codes: 'not-a-list', extra: 'stray-secret' };
    const refused = await send('post', '/sources', { name: 'Odd', type: 'file', configuration });
    expect(refused.status).toBe(400);
    for (const secret of [...CLEAR, 'not-a-list', 'stray-secret']) expect(refused.text).not.toContain(secret);
  });
});
