import { type ChildProcess, fork } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { ProbedGateway, type Usage } from '../support/probed-gateway';
import { ScriptedUpstream } from '../support/scripted-upstream';
import { ATTACKS, type Attack } from './attacks';
import type { Order } from './attacker';
import { HonestCaller } from './honest-caller';

const KEYS = { hostile: 'key-of-the-hostile-one', honest: 'key-of-the-honest-one' };
const API_KEYS = Object.entries(KEYS)
  .map(([name, key]) => {
    const hash = createHash('sha256').update(key).digest('hex');
    return `${name}:ingestion:read+ingestion:write:${hash}`;
  })
  .join();
/** Limits of requests would answer most of an attack at once. On a slow machine a read may take longer than by default. */
const SETTINGS = { RATE_LIMIT: '10000000', AIRBYTE_TIMEOUT_MS: '60000', LOG_LEVEL: 'warn' };
const HOSTILE_ADDRESS = '127.0.0.2';
const HONEST_REQUESTS = 45;
/** CPU time of the gateway for so many requests of the honest caller alone, on the machine that the limits are for. */
const ALONE_MS = 70;
/** Runs of the honest caller alone. The first ones also compile the code. */
const RUNS_ALONE = 5;
/** So many honest requests may wait for longer: a collection of all garbage falls into some. */
const OUTLIERS = 2;
/** CPU time of the gateway from an honest request to its answer. */
const MAX_WORK_MS = 250;
/**
 * While this process waits for a core, an answer waits to be read, and the gateway works on for the hostile caller. This is no
 * delay by the gateway, and does not happen in each of so many runs.
 */
const MAX_RUNS = 3;
/** CPU time in one turn of the event loop, for all requests that begin in it. */
const MAX_BLOCK_CPU_MS = 150;
const MAX_RSS_BYTES = 400 * 2 ** 20;
const UPSTREAM_MS = 10;
const START_MS = 1000;
const IDS = Array.from({ length: 300 }, () => randomUUID());
/** Not one of those that are attacked. */
const HONEST_ID = IDS.at(-1) ?? '';
const ATTACKED = 100;

let upstream: ScriptedUpstream;

beforeAll(async () => {
  upstream = await ScriptedUpstream.start();
});
afterAll(() => upstream.close());

describe.each([
  ['with keys', { API_KEYS }, KEYS],
  // The last of the trusted addresses is the proxy that the attack on addresses pretends to be.
  ['without keys', { TRUSTED_PROXIES: HOSTILE_ADDRESS }, { hostile: null, honest: null }],
] as const)(
  'an honest caller of a gateway %s keeps its answers and its share beside',
  (doors, settings, keys) => {
    let gateway: ProbedGateway;
    let honest: HonestCaller;
    /** A slower machine needs more CPU time for everything. */
    let slowness: number;

    beforeAll(async () => {
      fill();
      gateway = await ProbedGateway.start({ AIRBYTE_API_URL: upstream.url, ...SETTINGS, ...settings });
      honest = new HonestCaller(gateway.url, keys.honest, HONEST_ID, () => gateway.cpuMs());
      slowness = Math.max(1, (await runAlone()) / ALONE_MS);
    });

    /** @returns the least CPU time of the gateway for a run of the honest caller alone */
    async function runAlone(): Promise<number> {
      let leastMs = Number.POSITIVE_INFINITY;
      for (let run = 0; run < RUNS_ALONE; run++) {
        const beforeMs = gateway.cpuMs();
        const { wrong } = await honest.run(HONEST_REQUESTS);
        expect(wrong).toEqual([]);
        leastMs = Math.min(leastMs, gateway.cpuMs() - beforeMs);
      }
      return leastMs;
    }

    beforeEach(async () => {
      fill();
      await gateway.idle(slowness);
      await gateway.reset();
    });
    afterAll(async () => {
      honest.close();
      await gateway.stop();
    });

    /** Runs the honest caller beside the attack, again while its requests wait for too long. */
    async function runBeside(maxWorkMs: number): Promise<{ workMs: number; wrong: readonly string[] }> {
      let workMs = Number.POSITIVE_INFINITY;
      const wrong: string[] = [];
      for (let run = 0; run < MAX_RUNS && workMs >= maxWorkMs; run++) {
        const course = await honest.run(HONEST_REQUESTS);
        workMs = course.worksMs[OUTLIERS] ?? Number.POSITIVE_INFINITY;
        wrong.push(...course.wrong);
      }
      return { workMs, wrong };
    }

    const rows = ATTACKS.filter((attack) => (attack.doors ?? ['with keys']).includes(doors));
    it.each(rows.map((attack) => [attack.name, attack] as const))('%s', async (_, attack) => {
      const attacker = await Attacker.start(attack, gateway.url, keys.hostile);
      const maxWorkMs = slowness * MAX_WORK_MS;
      const { workMs, wrong } = await runBeside(maxWorkMs);
      const sent = await attacker.stop();
      const usage = await gateway.usage();
      report(attack, { workMs, usage, sent });

      expect(wrong).toEqual([]);
      expect(gateway.errors).toEqual([]);
      expect(workMs).toBeLessThan(maxWorkMs);
      expect(usage.blockCpuMs).toBeLessThan(slowness * MAX_BLOCK_CPU_MS);
      expect(usage.peakRssBytes).toBeLessThan(MAX_RSS_BYTES);
    });
  },
);

/** The same ingestions for each attack, without those that were created beside the last one. */
function fill(): void {
  upstream.clear();
  upstream.on('*', async () => {
    await pause(UPSTREAM_MS);
    return undefined;
  });
  upstream.on('POST /jobs', async () => {
    await pause(START_MS);
    return undefined;
  });
  for (const connectionId of IDS) {
    upstream.state.addConnection({ connectionId });
    upstream.state.addJob({ connectionId });
  }
}

/** The hostile caller, in a process of its own. */
class Attacker {
  private constructor(private readonly child: ChildProcess) {}

  static async start({ name }: Attack, url: string, key: string | null): Promise<Attacker> {
    const child = fork(join(process.cwd(), 'dist', 'test', 'hostile', 'attacker.js'));
    const order: Order = {
      attack: name,
      port: Number(new URL(url).port),
      localAddress: HOSTILE_ADDRESS,
      key,
      ids: IDS.slice(0, ATTACKED),
    };
    child.send(order);
    await once(child, 'message');
    return new Attacker(child);
  }

  /** @returns the number of requests that it has sent */
  async stop(): Promise<number> {
    const told = once(this.child, 'message');
    this.child.send('stop');
    const [sent] = (await told) as [number];
    return sent;
  }
}

function report(
  { name }: Attack,
  { workMs, usage, sent }: { workMs: number; usage: Usage; sent: number },
): void {
  if (process.env['HOSTILE_REPORT'] === undefined) return;
  const ms = (value: number): string => value.toFixed(0);
  const mib = (bytes: number): string => (bytes / 2 ** 20).toFixed(0);
  process.stderr.write(
    `| ${name} | ${sent} | ${ms(workMs)} | ${ms(usage.blockCpuMs)} | ${mib(usage.peakRssBytes)} | ${mib(usage.heapBytes)} |\n`,
  );
}
