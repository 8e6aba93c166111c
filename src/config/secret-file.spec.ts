import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseSettings } from './settings';
import { complaintsOf } from '../../test/support/settings-complaints';

const HASH = 'a'.repeat(64);

describe('secrets from files', () => {
  const folder = mkdtempSync(join(tmpdir(), 'settings-'));
  const fileWith = (content: string): string => {
    const path = join(folder, randomUUID());
    writeFileSync(path, content);
    return path;
  };

  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  it('are read without the line break at the end', () => {
    const variables = {
      AIRBYTE_TOKEN_FILE: fileWith('a token\n'),
      REDIS_URL_FILE: fileWith('redis://r:6379\r\n'),
    };
    const { airbyte, redisUrl, events } = parseSettings(variables);
    expect(airbyte.credentials).toEqual({ kind: 'token', token: 'a token' });
    expect(redisUrl).toBe('redis://r:6379');
    expect(events.storage).toBe('redis');
  });

  it('accept one API key per line', () => {
    const path = fileWith(`etl:ingestion:write:${HASH}\nbi:ingestion:read:${'b'.repeat(64)}\n`);
    const { apiKeys, reloadsApiKeys } = parseSettings({ API_KEYS_FILE: path });
    expect(apiKeys.map(({ name }) => name)).toEqual(['etl', 'bi']);
    expect(reloadsApiKeys).toBe(true);
  });

  it('are refused beside the setting itself', () => {
    const complaints = complaintsOf({ AIRBYTE_TOKEN: 'a', AIRBYTE_TOKEN_FILE: fileWith('b') });
    expect(complaints).toEqual([expect.stringMatching(/^AIRBYTE_TOKEN and AIRBYTE_TOKEN_FILE .*only one/)]);
  });

  it.each([
    ['no file', () => join(folder, 'absent'), 'cannot be read (ENOENT)'],
    ['a folder', () => folder, 'no regular file'],
    ['an empty file', () => fileWith(' \n'), 'empty file'],
    ['a large file', () => fileWith('x'.repeat(1024 * 1024 + 1)), 'more than 1048576 bytes'],
  ])('stop the start if the path names %s', (_, path, reason) => {
    const complaints = complaintsOf({ API_KEYS_FILE: path() });
    expect(complaints).toEqual([expect.stringMatching(/^API_KEYS_FILE names /)]);
    expect(complaints.join()).toContain(reason);
  });

  it('show no content in a complaint', () => {
    expect(complaintsOf({ API_KEYS_FILE: fileWith('hunter2') }).join()).not.toContain('hunter2');
  });
});
