import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PostgresServer } from '../server';
import { Round } from './round';

/** `PROPERTY_SEED=$RANDOM PROPERTY_SECONDS=600 npm run test:postgres -- property` runs with a new seed. */
const FIRST_SEED = Number(process.env['PROPERTY_SEED'] ?? 1);
const BUDGET_MS = Number(process.env['PROPERTY_SECONDS'] ?? 90) * 1000;

describe('syncs of random tables and files, with kills', () => {
  let server: PostgresServer;
  let folder: string;
  beforeAll(async () => {
    server = await PostgresServer.start();
    folder = mkdtempSync(join(tmpdir(), 'property-'));
  });
  afterAll(async () => {
    rmSync(folder, { recursive: true, force: true });
    await server.stop();
  });

  it(
    'give the rows of a model at every destination',
    async () => {
      const start = performance.now();
      let syncs = 0;
      let seed = FIRST_SEED;
      do {
        const round = new Round(seed, server, join(folder, String(seed)));
        try {
          syncs += await round.run();
        } catch (error) {
          throw new Error(`PROPERTY_SEED=${seed}: ${round.story}\n${String(error)}`, { cause: error });
        } finally {
          await round.end();
        }
        seed++;
      } while (performance.now() - start < BUDGET_MS);
      process.stdout.write(`property: seeds ${FIRST_SEED} to ${seed - 1}, ${syncs} syncs equal the model\n`);
    },
    BUDGET_MS + 300_000,
  );
});
