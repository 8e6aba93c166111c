import { generateKeyPairSync } from 'node:crypto';
import fc from 'fast-check';
import { MASK } from './mask';
import { Redactor } from './redactor';

const { privateKey } = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  publicKeyEncoding: { type: 'spki', format: 'pem' },
});
const keyLines = privateKey.trim().split('\n').slice(1, -1);
const account = JSON.stringify({ type: 'service_account', private_key: privateKey, client_email: 'a@b.c' });

/** Length of the longest part of a secret that a text contains. */
function longestLeft(text: string, secret: string): number {
  let longest = 0;
  for (let at = 0; at < secret.length; at++)
    while (at + longest < secret.length && text.includes(secret.slice(at, at + longest + 1))) longest++;
  return longest;
}

const wrapped = (text: string, width: number): string =>
  text.match(new RegExp(`.{1,${width}}`, 'g'))?.join('\n') ?? '';

describe('a secret of many lines', () => {
  const redactor = new Redactor([privateKey, account]);

  it.each([
    ['as it is', privateKey],
    ['with line breaks of Windows', privateKey.replaceAll('\n', '\r\n')],
    ['in JSON', JSON.stringify({ error: privateKey })],
    ['in JSON inside JSON', JSON.stringify({ log: JSON.stringify({ error: privateKey }) })],
    ['in a URL', `https://example.com/?key=${encodeURIComponent(privateKey)}`],
    ['in the end of a text that was cut', `key: ${privateKey.slice(0, 900)}`],
    ['from its middle on', `${privateKey.slice(300)} is wrong`],
    ['on one line', privateKey.replaceAll('\n', '')],
    ['as a part of a service account', account],
    ['in base64', Buffer.from(privateKey).toString('base64')],
    ['in the base64 of something longer', Buffer.from(`x${account}`).toString('base64')],
    ['in wrapped base64', wrapped(Buffer.from(account).toString('base64'), 76)],
    ['in base64 for URLs', Buffer.from(`ab${privateKey}`).toString('base64url')],
    ['in hexadecimal', Buffer.from(privateKey).toString('hex')],
  ])('is masked %s', (_spelling, text) => {
    const masked = redactor.redact(`before ${text} after`);
    expect(masked).toMatch(/^before /);
    for (const line of keyLines) expect(longestLeft(masked, line)).toBeLessThan(8);
    for (const line of keyLines)
      expect(longestLeft(masked, Buffer.from(line).toString('base64'))).toBeLessThan(8);
    expect(masked).not.toContain(Buffer.from(privateKey).toString('hex').slice(100, 120));
  });

  it('is masked in separate messages for its lines, and other lines stay unchanged', () => {
    for (const line of keyLines) expect(redactor.redact(line)).toBe(MASK);
    expect(redactor.redact('the key of line 3 is wrong')).toBe('the key of line 3 is wrong');
  });

  it('does not mask other texts that contain its short lines', () => {
    const short = new Redactor(['{\n"a": 1,\n  true\n}\nsecret-line-of-some-length']);
    expect(short.redact('{ "b": true }\n}')).toBe('{ "b": true }\n}');
    expect(short.redact('x\ntrue\ny')).toBe(`x\n${MASK}\ny`);
    expect(short.redact('x secret-line-of-some-length y')).toBe(`x ${MASK} y`);
  });
});

describe('a secret', () => {
  const secret = fc.string({
    unit: fc.constantFrom('a', 'B', '7', '+', '/', '"', '\\', ' ', 'é', '😀', '&', '%', '$', '.', '\t'),
    minLength: 8,
    maxLength: 40,
  });
  const spellings: ((text: string) => string)[] = [
    (text): string => text,
    encodeURIComponent,
    (text): string => encodeURIComponent(text).replaceAll('%20', '+').toLowerCase(),
    (text): string => JSON.stringify(text),
    (text): string => JSON.stringify(JSON.stringify(text)),
    (text): string => JSON.stringify(text).replace(/[^ -~]/gu, (one) => escapedUnits(one)),
    (text): string => JSON.stringify(text).replaceAll('/', '\\/').replaceAll('&', '\\u0026'),
    (text): string => Buffer.from(text).toString('base64'),
    (text): string => Buffer.from(`user:${text}`).toString('base64'),
    (text): string => Buffer.from(`u:${text}:more`).toString('base64url'),
  ];

  it('is masked in every encoding', () => {
    fc.assert(
      fc.property(secret, fc.integer({ min: 0, max: spellings.length - 1 }), (text, index) => {
        // Lower case changes a secret with capital letters.
        const one = index === 2 ? text.replaceAll('B', 'b') : text;
        const spelt = spellings[index]?.(one) ?? '';
        const masked = new Redactor([one]).redact(`start <${spelt}> end`);
        expect(masked).toMatch(/^start <.*> end$/s);
        expect(masked).toContain(MASK);
        // Base64 leaves at most the characters at the edges, which encode bits of the secret and of its context.
        const rest = masked.replaceAll(MASK, '').replace(/["\\]/g, '');
        expect(rest.length).toBeLessThanOrEqual('start <> end'.length + (index < 7 ? 0 : 10));
      }),
      { numRuns: 2000 },
    );
  });

  it('is masked if it is split between the end of a message and the beginning of the next', () => {
    const redactor = new Redactor(['correct-horse-battery-staple']);
    expect(redactor.redact('the password is correct-horse')).toBe(`the password is ${MASK}`);
    expect(redactor.redact('-battery-staple is wrong')).toBe(`${MASK} is wrong`);
    expect(redactor.redact('correct')).toBe(MASK);
    expect(redactor.redact('this is correct, and a horse')).toBe('this is correct, and a horse');
  });

  it('of special characters only is masked, whatever its length', () => {
    for (const length of [100, 2048, 5000]) {
      const special = '"\\%😀&+/ -é'.repeat(length).slice(0, length - (length % 2));
      const redactor = new Redactor([special]);
      for (const text of [special, JSON.stringify(special)])
        expect(redactor.redact(`a: ${text} :b`).replace(/^a: "?\*+"? :b$/, 'masked')).toBe('masked');
    }
  });

  it('is masked in linear time, for a long text and a long secret', () => {
    const redactor = new Redactor(['x'.repeat(100_000), 'ab'.repeat(2000)]);
    new Redactor([`${'\\'.repeat(40)}"end`]).redact('\\'.repeat(200_000));
    expect(redactor.redact(`${'ab'.repeat(100_000)}${'x'.repeat(100_000)}`)).toContain(MASK);
  });
});

function escapedUnits(text: string): string {
  return Array.from(
    { length: text.length },
    (_, index) => `\\u${text.charCodeAt(index).toString(16).padStart(4, '0')}`,
  ).join('');
}
