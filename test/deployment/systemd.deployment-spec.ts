import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readProject } from './support/tools';

const NAME = 'airbyte-ingestion-api.service';
const UNIT = readProject(`deploy/systemd/${NAME}`);

describe('the unit for systemd', () => {
  let folder: string;
  let file: string;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'systemd-'));
    file = join(folder, NAME);
    // Only programs of this machine pass the check.
    writeFileSync(file, UNIT.replace('/usr/bin/node', process.execPath));
  });
  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  const analyze = (...args: string[]): { status: number | null; output: string } => {
    const { status, stdout, stderr, error } = spawnSync('systemd-analyze', args, { encoding: 'utf8' });
    if (error) throw error;
    return { status, output: stdout + stderr };
  };

  it('is valid', () => {
    expect(analyze('verify', file)).toEqual({ status: 0, output: '' });
  });

  it('gives the gateway few rights', () => {
    // The exposure from 0 to 10, times ten. A unit without restrictions has 96.
    const { status, output } = analyze('security', '--offline=true', '--threshold=20', file);
    expect([status, output]).toEqual([0, expect.stringContaining('Overall exposure level')]);
  });

  it('waits longer for the end than the gateway needs to stop', () => {
    const stopLimitMs = Number(
      /STOP_LIMIT_MS = ([\d_]+)/.exec(readProject('src/stop.ts'))?.[1]?.replace('_', ''),
    );
    const timeoutS = Number(/^TimeoutStopSec=(\d+)s$/m.exec(UNIT)?.[1]);
    expect(1000 * timeoutS).toBeGreaterThan(stopLimitMs);
  });
});
