import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const MODULE = join(__dirname, '../../../dist/embedded/protocol/connector.js');

describe('the process of a connector', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'connector-'));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  /** Runs a discovery by a source of which `discover` is this function. */
  const statusOf = (discover: string): number | null => {
    const script = join(folder, 'source.cjs');
    writeFileSync(
      script,
      `require(${JSON.stringify(MODULE)}).runSource({ spec: {}, discover: ${discover} });`,
    );
    const config = join(folder, 'config.json');
    writeFileSync(config, '{}');
    return spawnSync(process.execPath, [script, 'discover', '--config', config]).status;
  };

  it.each([
    ['with 0 when its work is done', 'async () => ({ streams: [] })', 0],
    ['with 1 when its work fails', 'async () => { throw new Error() }', 1],
    ['with 1 when its work waits for what never comes', '() => new Promise(() => undefined)', 1],
  ])('ends %s', (_name, discover, status) => {
    expect(statusOf(discover)).toBe(status);
  });
});
