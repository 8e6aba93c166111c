import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { takeLock } from './file-lock';
import { thisProcess } from './process-identity';

const NOW = new Date('2026-01-02T00:00:00Z');
const STALE = JSON.stringify({ pid: process.pid, started: 'another boot:1', since: '2026-01-01T00:00:00Z' });
const LIVING = JSON.stringify({ ...thisProcess(), since: '2026-01-01T00:00:00Z' });

let folder: string;
let path: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'file-lock-'));
  path = join(folder, 'lock');
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

describe('a file lock', () => {
  it('leaves a stale lock alone while another process takes it over', () => {
    writeFileSync(path, STALE);
    writeFileSync(`${path}.takeover`, LIVING);
    expect(takeLock(path, NOW)).toEqual({ holder: expect.objectContaining({ pid: process.pid }) });
    expect(readFileSync(path, 'utf8')).toBe(STALE);
    expect(readFileSync(`${path}.takeover`, 'utf8')).toBe(LIVING);
  });

  it.each([STALE, '{"pid":', '', 'x'.repeat(2 ** 20 + 1)])(
    'is taken over, also after a process ended during its takeover: lock %#',
    (stale) => {
      writeFileSync(path, stale);
      writeFileSync(`${path}.takeover`, STALE);
      const lock = takeLock(path, NOW);
      expect(readdirSync(folder)).toEqual(['lock']);
      expect(lock).toHaveProperty('release');
    },
  );

  it('does not release the lock of another holder', () => {
    const lock = takeLock(path, NOW);
    writeFileSync(path, LIVING);
    if ('release' in lock) lock.release();
    expect(readFileSync(path, 'utf8')).toBe(LIVING);
  });

  it('is released once', () => {
    const lock = takeLock(path, NOW);
    expect(takeLock(path, NOW)).toEqual({
      holder: { ...thisProcess(), since: NOW.toISOString() },
    });
    if ('release' in lock) lock.release();
    expect(existsSync(path)).toBe(false);
  });
});
