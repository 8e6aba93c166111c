import { type ChildProcess, fork } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { ProbedGateway, type Usage } from '../support/probed-gateway';
import { ScriptedUpstream } from '../support/scripted-upstream';
import { ATTACKS, type Attack } from './attacks';
import type { Order } from './attacker';
import { type Course, HonestCaller } from './honest-caller';

const KEYS = { hostile: 'key-of-the-hostile-one', honest: 'key-of-the-honest-one' };
const API_KEYS = Object.entries(KEYS)
  .map(([name, key]) => {
    const hash = createHash('sha256').update(key).digest('hex');
    return `${name}:ingestion:read+ingestion:write:${hash}`;
  })
  .join();
const HOSTILE_ADDRESS = '127.0.0.2';
/** Of how much the gateway works until 99 of 100 honest requests are answered, beside the attack and without it. */
const MAX_RATIO = 20;
const MAX_RSS_BYTES = 400 * 2 ** 20;
const MAX_BLOCK_CPU_MS = 250;
const UPSTREAM_MS = 10;
const INGESTIONS = 300;

let upstream: ScriptedUpstream;
let honestId: string;

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

    beforeEach(async () => {
      upstream.clear();
      upstream.on('*', async () => {
        await pause(UPSTREAM_MS);
        return undefined;
      });
      for (let made = 0; made < INGESTIONS; made++) {
        const { connectionId } = upstream.state.addConnection();
        upstream.state.addJob({ connectionId });
        honestId = connectionId;
      }
      gateway = await ProbedGateway.start({ AIRBYTE_API_URL: upstream.url, ...settings });
      honest = new HonestCaller(gateway.url, keys.honest, honestId, () => gateway.cpuMs());
    });
    afterEach(async () => {
      honest.close();
      await gateway.stop();
    });

    const rows = ATTACKS.filter(
      (attack) => attack.doors === undefined || attack.doors === doors || attack.doors === 'both',
    );
    it.each(rows.map((attack) => [attack.name, attack] as const))('%s', async (_, attack) => {
      await honest.run(10);
      const alone = await honest.run();
      await gateway.reset();
      const attacker = await Attacker.start(attack, gateway.url, keys.hostile);
      const beside = await honest.run();
      const sent = await attacker.stop();
      const usage = await gateway.usage();
      report(attack, { alone, beside, usage, sent });

      expect({ alone: alone.wrong, beside: beside.wrong }).toEqual({ alone: [], beside: [] });
      expect(gateway.errors).toEqual([]);
      expect(sent).toBeGreaterThan(5);
      expect(p99(beside) / p99(alone)).toBeLessThan(MAX_RATIO);
      expect(usage.peakRssBytes).toBeLessThan(MAX_RSS_BYTES);
      expect(usage.blockCpuMs).toBeLessThan(MAX_BLOCK_CPU_MS);
    });
  },
);

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
      ids: [...upstream.state.connections.keys()].slice(0, 100),
    };
    child.send(order);
    await once(child, 'message');
    return new Attacker(child);
  }

  /** @returns how many requests it has sent */
  async stop(): Promise<number> {
    const told = once(this.child, 'message');
    this.child.send('stop');
    const [sent] = (await told) as [number];
    return sent;
  }
}

function p99({ worksMs }: Course): number {
  return worksMs[Math.floor(worksMs.length * 0.99) - 1] ?? Number.POSITIVE_INFINITY;
}

function report(
  { name }: Attack,
  { alone, beside, usage, sent }: { alone: Course; beside: Course; usage: Usage; sent: number },
): void {
  if (process.env['HOSTILE_REPORT'] === undefined) return;
  const ms = (value: number): string => value.toFixed(0);
  const mib = (bytes: number): string => (bytes / 2 ** 20).toFixed(0);
  process.stderr.write(
    `| ${name} | ${sent} | ${ms(p99(alone))} | ${ms(p99(beside))} | ${ms(usage.blockCpuMs)} | ${ms(usage.blockWallMs)} | ${mib(usage.peakRssBytes)} | ${mib(usage.heapBytes)} |\n`,
  );
}
