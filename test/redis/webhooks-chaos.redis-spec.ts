import { setTimeout as pause } from 'node:timers/promises';
import { EventReader } from '../support/events-bench';
import { HookReceiver, isVerified } from '../support/hook-receiver';
import { ReplicaChaos } from '../support/replica-chaos';
import { until } from '../support/until';
import { WEBHOOK_SETTINGS, WebhookCaller } from '../support/webhooks-bench';

const SEED = Number(process.env['CHAOS_SEED'] ?? 20_261_130);
const RUNS = 30;
/** The receiver refuses the first attempt of each event whose number is divisible by this. */
const REFUSED = 5;
/** Only stops a test that hangs. A refused message comes again after 5 s. */
const HANGS_MS = 60_000;

describe(`messages of two replicas that are killed, with a Redis that is killed and frozen (seed ${SEED})`, () => {
  let chaos: ReplicaChaos;
  let receiver: HookReceiver;

  beforeAll(async () => {
    receiver = await HookReceiver.start();
    chaos = await ReplicaChaos.start(SEED, {
      ...WEBHOOK_SETTINGS,
      DATA_KEY: Buffer.alloc(32, 7).toString('base64'),
    });
    for (let n = 0; n < 3; n++)
      chaos.upstream.state.addConnection({ name: `Orders ${n}`, createdAt: 1_700_000_000 });
    await chaos.startGateways();
  });
  afterAll(async () => {
    await chaos.close();
    await receiver.close();
  });

  it('have each event of the log at least once, unchanged, with the same id and a valid signature', async () => {
    const { random, upstream } = chaos;
    const reader = new EventReader(chaos);
    await reader.current();
    const { secret } = await new WebhookCaller(chaos).create({ url: receiver.url });
    const accepted = refuseSome(receiver);
    const ids = [...upstream.state.connections.keys()];
    await chaos.during(async () => {
      for (let n = 0; n < RUNS; n++) {
        const job = upstream.state.addJob({ connectionId: ids[n % ids.length] ?? '', status: 'running' });
        await pause(random() * 300);
        upstream.state.history.end(job, random() < 0.5 ? 'succeeded' : 'failed');
        await pause(random() * 300);
      }
    });
    await until('the end of every run', async () => {
      await reader.read();
      return reader.events.filter(({ type }) => /^run\.(succeeded|failed)$/.test(type)).length >= RUNS;
    });
    await reader.current();
    const logged = new Map(reader.events.map((event) => [event.id, event]));
    await until(
      'every event to be accepted',
      () => [...logged.keys()].every((id) => accepted.has(id)),
      HANGS_MS,
    );
    const { messages } = receiver;
    expect(messages.filter((message) => !isVerified(message, secret))).toEqual([]);
    expect(messages.filter(({ headers, event }) => headers['webhook-id'] !== event.id)).toEqual([]);
    const differing = messages.filter(
      ({ event }) => JSON.stringify(logged.get(event.id)) !== JSON.stringify(event),
    );
    // Events after the last read of the log are in no comparison.
    expect(differing.filter(({ event }) => logged.has(event.id))).toEqual([]);
  }, 180_000);
});

/** @returns the ids of the events that were accepted */
function refuseSome(receiver: HookReceiver): ReadonlySet<string> {
  const seen = new Set<string>();
  const accepted = new Set<string>();
  receiver.reply = ({ event }, response) => {
    const isRefused = !seen.has(event.id) && event.sequence % REFUSED === 0;
    seen.add(event.id);
    if (!isRefused) accepted.add(event.id);
    response.writeHead(isRefused ? 503 : 204).end();
  };
  return accepted;
}
