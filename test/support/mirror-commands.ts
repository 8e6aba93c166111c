import fc from 'fast-check';
import type { Answer } from './send-json';
import { type Fault, type MirrorWorld } from './mirror-world';

/** Nothing is remembered beside Airbyte itself: a direct read is the model. */
export type Model = Readonly<Record<string, never>>;
type Command = fc.AsyncCommand<Model, MirrorWorld>;

const nth = fc.nat(30);
const ended = fc.constantFrom('succeeded', 'succeeded', 'succeeded', 'failed', 'cancelled');
const open = fc.constantFrom('pending', 'queued', 'running', 'incomplete');
const rows = fc.constantFrom(undefined, 0, 5, 5, 5);

function command(name: string, run: (world: MirrorWorld) => Promise<void> | void): Command {
  return {
    check: () => true,
    run: async (_model, world) => run(world),
    toString: () => name,
  };
}

/** Does something with one of the connections, if there is any. */
function onConnection(
  n: number,
  name: string,
  change: (world: MirrorWorld, connectionId: string) => Promise<void> | void,
): Command {
  return command(`${name}(${n})`, async (world) => {
    const row = world.connection(n);
    if (row) await change(world, row.connectionId);
  });
}

/** Whether the gateway rightly answers that the ingestion does not exist: pages that shift may delete it. */
function isGone(world: MirrorWorld, connectionId: string, shown: Answer<unknown>): boolean {
  return shown.status === 404 && !world.exists(connectionId);
}

/** Changes that Airbyte makes, or that somebody makes in Airbyte. */
const elsewhere: readonly fc.Arbitrary<Command>[] = [
  fc.tuple(nth, open).map(([n, status]) =>
    onConnection(n, `start ${status}`, (world, id) => {
      world.run(id, status);
    }),
  ),
  fc.tuple(nth, ended, rows).map(([n, status, count]) =>
    onConnection(n, `end ${status} ${count ?? 'without statistics'}`, (world, id) => {
      const job = world.openJob(id);
      if (job) world.end(job, status, count);
    }),
  ),
  fc.tuple(nth, open).map(([n, status]) =>
    onConnection(n, `progress ${status}`, (world, id) => {
      const job = world.openJob(id);
      if (job) job.status = status;
    }),
  ),
  fc.tuple(nth, ended, rows, fc.integer({ min: 1, max: 60 })).map(([n, status, count, times]) =>
    onConnection(n, `${times} runs ${status} ${count ?? 'without statistics'}`, (world, id) => {
      for (let run = 0; run < times; run++) world.run(id, status, count);
    }),
  ),
  fc.tuple(fc.integer({ min: 1, max: 300 }), ended).map(([times, status]) =>
    command(`burst of ${times} runs ${status}`, (world) => {
      for (let run = 0; run < times; run++) {
        const row = world.connection(run);
        if (row) world.run(row.connectionId, status, 5);
      }
    }),
  ),
  fc.tuple(nth, fc.constantFrom('active', 'inactive', 'locked', 'deprecated')).map(([n, status]) =>
    onConnection(n, `set ${status}`, (world, id) => {
      Object.assign(world.upstream.state.connections.get(id) ?? {}, { status });
    }),
  ),
  fc.constant(
    command('connect', (world) => {
      world.connect();
    }),
  ),
  fc.constantFrom(0, 1, 24, 100).map((hours) =>
    command(`prune what is older than ${hours} h`, (world) => {
      world.prune(hours);
    }),
  ),
  fc.boolean().map((keeps) =>
    command(`reinstall${keeps ? ' with the same connections' : ''}`, (world) => {
      world.reinstall(keeps);
    }),
  ),
];

/** Changes through the gateway. They show at once, unless the ingestion was deleted elsewhere meanwhile. */
const own: readonly fc.Arbitrary<Command>[] = [
  fc.tuple(nth, fc.constantFrom('active', 'inactive')).map(([n, status]) =>
    onConnection(n, `own ${status}`, async (world, id) => {
      const changed = await world.mirror.send('PATCH', `/ingestion/${id}`, { body: { status } });
      if (changed.status !== 200) return;
      const shown = await world.mirror.status(id);
      if (isGone(world, id, shown)) return;
      if (shown.body.status !== status)
        throw new Error(`the gateway has set ${status} and shows ${JSON.stringify(shown.body)}`);
    }),
  ),
  nth.map((n) =>
    onConnection(n, 'own run', async (world, id) => {
      const started = await world.mirror.send<{ runId: string }>('POST', `/ingestion/${id}/runs`);
      if (started.status !== 201 && started.status !== 202) return;
      const shown = await world.mirror.status(id);
      if (isGone(world, id, shown)) return;
      if (shown.body.currentRun?.runId !== started.body.runId)
        throw new Error(`run ${started.body.runId} is not the current one: ${JSON.stringify(shown.body)}`);
    }),
  ),
  nth.map((n) =>
    onConnection(n, 'own deletion', async ({ mirror }, id) => {
      const deleted = await mirror.send('DELETE', `/ingestion/${id}`);
      if (deleted.status !== 204) return;
      const { status } = await mirror.status(id);
      if (status === 200) throw new Error('a deleted ingestion has a status');
    }),
  ),
  fc.constant(
    command('own creation', async (world) => {
      const id = await world.create();
      if (id === null) return;
      const shown = await world.mirror.status(id);
      if (isGone(world, id, shown)) return;
      if (shown.status === 404) throw new Error('a created ingestion is unknown');
    }),
  ),
];

const circumstances: readonly fc.Arbitrary<Command>[] = [
  fc.constantFrom(100, 1_000, 2_000, 10_000, 70_000, 400_000).map((ms) =>
    command(`pass ${ms} ms`, (world) => {
      world.pass(ms);
    }),
  ),
  fc.constantFrom(-7_200_000, -40_000, -2_000, 0, 2_000, 40_000, 7_200_000).map((aheadMs) =>
    command(`set the clock of Airbyte ${aheadMs} ms ahead`, ({ upstream }) => {
      upstream.state.clockAheadMs = aheadMs;
    }),
  ),
  fc
    .tuple(fc.constantFrom<Fault>(503, 'reset', 'truncate', 'garbage'), fc.integer({ min: 1, max: 12 }))
    .map(([kind, requests]) =>
      command(`${requests} requests fail: ${kind}`, (world) => {
        world.fail(kind, requests);
      }),
    ),
  fc.tuple(fc.integer({ min: 1, max: 6 }), nth, fc.boolean()).map(([pages, n, removes]) =>
    command(`shift ${pages} pages by ${n}${removes ? ', and remove one' : ''}`, (world) => {
      world.shiftPages(pages, () => {
        const row = world.connection(n);
        if (row) world.run(row.connectionId, 'succeeded', 5);
        if (removes && row) row.status = 'deprecated';
        else world.connect();
      });
    }),
  ),
  fc.constant(command('restart the gateway', (world) => world.restart())),
  fc.tuple(nth, fc.constantFrom(undefined, 'no-cache', 'max-age=1')).map(([n, cacheControl]) =>
    onConnection(n, `read ${cacheControl ?? ''}`, async ({ mirror }, id) => {
      await mirror.status(id, cacheControl);
    }),
  ),
];

/** @param compare called in between, when the mirror has settled */
export function mirrorCommands(
  compare: (world: MirrorWorld) => Promise<void>,
): fc.Arbitrary<Iterable<Command>> {
  const settle = fc.constant(
    command('settle', async (world) => {
      await world.settle();
      await compare(world);
    }),
  );
  return fc.commands([...elsewhere, ...elsewhere, ...own, ...circumstances, settle], {
    maxCommands: 60,
    size: '+1',
  });
}
