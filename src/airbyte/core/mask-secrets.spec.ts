import { maskedText, maskSecrets } from './mask-secrets';

const SECRET = 'hunter2-S3cr3t';

it.each([
  `password=${SECRET}`,
  `PGPASSWORD='${SECRET}' psql`,
  `db_password: ${SECRET}`,
  `{"client_secret": "${SECRET}"}`,
  `{\\"api_key\\":\\"${SECRET}\\"}`,
  `https://host/path?access_token=${SECRET}&x=1`,
  `https://bucket/x?X-Amz-Signature=${SECRET}`,
  `postgres://loader:${SECRET}@db:5432/shop`,
  `Authorization: Bearer ${SECRET}`,
  `-----BEGIN RSA PRIVATE KEY-----\n${SECRET}\n-----END RSA PRIVATE KEY-----`,
  `-----BEGIN PRIVATE KEY-----\\n${SECRET}`,
])('%s shows no secret', (text) => {
  expect(maskSecrets(text)).not.toContain(SECRET);
});

it.each(['AKIAIOSFODNN7EXAMPLE', 'ghp_0123456789abcdefghij0123456789', 'xoxb-0123456789-abcdef'])(
  'the token %s is masked without a name',
  (token) => {
    expect(maskSecrets(`denied for ${token}.`)).not.toContain(token);
  },
);

it.each([
  'Invalid password: authentication failed',
  'The token has expired. Sign in again.',
  'See https://docs.airbyte.com/integrations#user@example',
  'Records: 4200, bytes: 1048576',
])('the sentence stays: %s', (text) => {
  expect(maskSecrets(text)).toBe(text);
});

it('a text is cut after masking', () => {
  const text = `${'x'.repeat(15)} password=${SECRET}`;
  expect(maskedText(text, 28)).not.toContain('hunter');
  expect(maskedText('short', 10)).toBe('short');
});
