import fc from 'fast-check';
import { MirrorBench } from '../support/mirror-bench';
import { mirrorCommands } from '../support/mirror-commands';
import { MirrorWorld } from '../support/mirror-world';
import { fillHistory } from '../support/upstream-history';

/** The same histories each time, unless `MIRROR_SEED` names another seed. `MIRROR_PATH` repeats one of them. */
const SEED = Number(process.env['MIRROR_SEED'] ?? 2246);
const RUNS = Number(process.env['MIRROR_RUNS'] ?? 1);
const PATH = process.env['MIRROR_PATH'];
const TIMEOUT_MS = 60_000 + RUNS * 20_000;

describe('after each settled tick', () => {
  let bench: MirrorBench;

  beforeAll(async () => {
    bench = await MirrorBench.start();
  });
  afterAll(() => bench.close());

  const compare = async (world: MirrorWorld): Promise<void> => {
    expect(await world.differences()).toEqual([]);
  };
  const start = async (connections: number, jobsEach: number): Promise<MirrorWorld> => {
    await bench.reset();
    const world = new MirrorWorld(bench);
    await world.start();
    fillHistory(bench.upstream.state, { connections, jobsEach }).forEach((id) => {
      world.know(id);
    });
    return world;
  };

  it(
    'the mirror returns for every id what a direct read returns',
    async () => {
      const histories = fc.tuple(fc.integer({ min: 0, max: 12 }), fc.integer({ min: 0, max: 60 }));
      await fc.assert(
        fc.asyncProperty(histories, mirrorCommands(compare), async ([connections, jobsEach], commands) => {
          const world = await start(connections, jobsEach);
          await fc.asyncModelRun(() => ({ model: {}, real: world }), commands);
          await world.settle();
          await compare(world);
        }),
        // Making a failure smaller takes minutes.
        {
          seed: SEED,
          numRuns: RUNS,
          endOnFailure: process.env['MIRROR_SHRINK'] === undefined,
          ...(PATH !== undefined && { path: PATH }),
        },
      );
    },
    TIMEOUT_MS,
  );
});
