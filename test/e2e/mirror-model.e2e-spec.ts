import fc from 'fast-check';
import { MirrorBench } from '../support/mirror-bench';
import { mirrorCommands } from '../support/mirror-commands';
import { MirrorWorld } from '../support/mirror-world';
import { fillHistory } from '../support/upstream-history';

/** The same histories each time, unless `MIRROR_SEED` names another seed. */
const SEED = Number(process.env['MIRROR_SEED'] ?? 2246);
const RUNS = Number(process.env['MIRROR_RUNS'] ?? 1);
/** Runs one history alone: its number, or the path of a smaller one that `MIRROR_SHRINK=1` has found. */
const PATH = process.env['MIRROR_PATH'];
const PATHS = PATH === undefined ? Array.from({ length: RUNS }, (_, run) => String(run)) : [PATH];
/** Only stops a history that hangs. Most take a few seconds. */
const HANGS_MS = 1_200_000;

describe(`after each settled tick (MIRROR_SEED=${SEED})`, () => {
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
  const histories = fc.tuple(fc.integer({ min: 0, max: 12 }), fc.integer({ min: 0, max: 60 }));
  const property = fc.asyncProperty(
    histories,
    mirrorCommands(compare),
    async ([connections, jobsEach], commands) => {
      const world = await start(connections, jobsEach);
      await fc.asyncModelRun(() => ({ model: {}, real: world }), commands);
      await world.settle();
      await compare(world);
    },
  );

  it.each(PATHS)(
    'the mirror returns for every id what a direct read returns (MIRROR_PATH=%s)',
    async (path) => {
      // Making a failure smaller takes minutes.
      const endOnFailure = process.env['MIRROR_SHRINK'] === undefined;
      await fc.assert(property, { seed: SEED, path, numRuns: 1, endOnFailure });
    },
    HANGS_MS,
  );
});
