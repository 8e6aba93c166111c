import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseObject } from '../../../src/embedded/platform/json';
import { RealConnectors } from './real-kit';

/** Apart from the other real connectors, so that both are installed at the same time. */
describe('a real connector with a newer CDK', () => {
  const real = new RealConnectors();

  beforeAll(async () => {
    const bin = await real.install('airbyte-source-hardcoded-records==0.0.48');
    const program = join(__dirname, 'programs', 'cdk_destination.py');
    await real.start([['destination', 'cdk-lines', [join(bin, 'python'), program]]]);
  });
  afterAll(async () => {
    await real.remove();
  });

  it('airbyte-source-hardcoded-records 0.0.48, to a destination that writes states anew', async () => {
    const folder = join(real.root, 'lines');
    mkdirSync(folder);
    const source = { sourceType: 'hardcoded-records', count: 700 };
    const destination = { destinationType: 'cdk-lines', folder };
    expect(await real.rowsOfSync(await real.connect(source, destination, 'full_refresh_append'))).toBe(2100);
    const lines = readFileSync(join(folder, 'lines.jsonl'), 'utf8').trim().split('\n');
    expect(lines.map(parseObject).filter((row) => row !== null)).toHaveLength(2100);
  });
});
