import { execFileSync } from 'node:child_process';
import { curlOf } from './curl';

it('writes a command that a shell reads as the request, with the secrets of its environment', () => {
  const body = { name: "O'Hara", configuration: { password: 'a"b', port: 5432 } };
  const command = curlOf('http://127.0.0.1:3000', '/sources', body, true);
  expect(command).not.toContain('a"b');
  const env = { ...process.env, PASSWORD: 'p', KEY: 'k' };
  const shown = execFileSync('sh', ['-c', command.replace(/^curl -s/, "printf '%s\\0'")], { env }).toString();
  const words = shown.split('\0');
  expect(words).toContain('X-API-Key: k');
  expect(JSON.parse(words[words.indexOf('-d') + 1] ?? '')).toEqual({
    ...body,
    configuration: { password: 'p', port: 5432 },
  });
});
