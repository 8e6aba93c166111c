import { EVENT_SETTINGS, EventReader } from '../support/events-bench';
import { EventSourceReader } from '../support/event-source';
import { freePort } from '../support/free-port';
import { GatewayProcess } from '../support/gateway-process';
import { RedisServer } from '../support/redis-server';
import { DESTINATION_ID, ScriptedUpstream, SOURCE_ID } from '../support/scripted-upstream';
import { until } from '../support/until';
import { Nginx } from './support/nginx';
import { readProject } from './support/tools';

/** Concurrent callers. */
const CALLERS = 6;

interface Answer {
  readonly status: number;
  readonly connectionId: string;
  readonly isReplay: boolean;
  readonly text: string;
}

describe('two replicas behind nginx with the configuration of the documentation', () => {
  let redis: RedisServer;
  let upstream: ScriptedUpstream;
  let nginx: Nginx;
  let ports: [number, number];
  let replicas: GatewayProcess[];

  const startReplica = (port: number): Promise<GatewayProcess> =>
    GatewayProcess.start({
      ...EVENT_SETTINGS,
      AIRBYTE_API_URL: upstream.url,
      REDIS_URL: redis.url,
      PORT: String(port),
      TRUSTED_PROXIES: '127.0.0.1',
      RATE_LIMIT: 'off',
      LOG_LEVEL: 'info',
    });

  beforeAll(async () => {
    redis = await RedisServer.start();
    upstream = await ScriptedUpstream.start();
    ports = [await freePort(), await freePort()];
    const front = await freePort();
    const http = /```nginx\n([^]*?)```/.exec(readProject('docs/deployment.md'))?.[1] ?? '';
    replicas = await Promise.all(ports.map(startReplica));
    // Earlier creations have no event.
    for (const replica of replicas) await new EventReader(replica).current();
    nginx = await Nginx.start(
      http
        .replace('127.0.0.1:3001', `127.0.0.1:${ports[0]}`)
        .replace('127.0.0.1:3002', `127.0.0.1:${ports[1]}`)
        .replace('listen 8080', `listen 127.0.0.1:${front}`),
      front,
    );
  });
  afterAll(async () => {
    await nginx.close();
    for (const replica of replicas) expect(await replica.kill('SIGTERM')).toBe(0);
    await upstream.close();
    await redis.close();
  });

  const send = async (method: string, path: string, key?: string): Promise<Answer> => {
    const response = await fetch(`${nginx.url}${path}`, {
      method,
      ...(key !== undefined && {
        headers: { 'content-type': 'application/json', 'idempotency-key': key },
        body: JSON.stringify({ name: key, sourceId: SOURCE_ID, destinationId: DESTINATION_ID }),
      }),
    });
    const text = await response.text();
    return {
      status: response.status,
      connectionId: /"connectionId":"([^"]+)"/.exec(text)?.[1] ?? '',
      isReplay: response.headers.get('idempotency-replayed') === 'true',
      text,
    };
  };

  /** Ends the process of a replica and starts the next one, as an upgrade does. */
  const replace = async (index: 0 | 1): Promise<void> => {
    expect(await replicas[index]?.kill('SIGTERM')).toBe(0);
    replicas[index] = await startReplica(ports[index]);
    await until('the replica to be ready', async () => {
      const { ok } = await fetch(`http://127.0.0.1:${ports[index]}/health/ready`);
      return ok;
    });
  };

  it('delivers events at once, with comments while there is none', async () => {
    const stream = await EventSourceReader.open(`${nginx.url}/events/stream`);
    expect(stream.response.headers['content-type']).toContain('text/event-stream');
    await until('the first position', () => stream.text.includes(': alive'));
    const { connectionId } = await send('POST', '/ingestion', 'streamed');
    expect(await stream.seen('ingestion.created')).toMatchObject({ connectionId });
    const before = stream.text.length;
    await until('a heartbeat', () => stream.text.slice(before).includes(': alive'));
    expect(stream.hasEnded).toBe(false);
    stream.close();
  });

  it('fails no request and creates nothing twice while both are restarted under load', async () => {
    const failures: string[] = [];
    const created = new Map<string, string>();
    const requests = { sent: 0 };
    const before = upstream.count('POST /connections');
    const over = new AbortController();
    let step = 'before the restarts';

    /** Sends a request, and records the answer if it is not as expected. */
    const ask = async (
      what: string,
      request: Parameters<typeof send>,
      isExpected: (answer: Answer) => boolean,
    ): Promise<Answer> => {
      const begun = step;
      const answer = await send(...request).catch((error: unknown) => {
        throw new Error(`${what}, begun ${begun}, ended ${step}: ${String(error)}`, { cause: error });
      });
      requests.sent++;
      const { status, isReplay, text } = answer;
      if (!isExpected(answer))
        failures.push(`${what}, begun ${begun}, ended ${step}: ${status}, isReplay ${isReplay}, ${text}`);
      return answer;
    };
    const isOk = ({ status }: Answer): boolean => status === 200;
    const repeat = (what: string, key: string): Promise<Answer> =>
      ask(
        what,
        ['POST', '/ingestion', key],
        ({ status, isReplay, connectionId }) =>
          status === 201 && isReplay && connectionId === created.get(key),
      );
    const call = async (caller: number): Promise<void> => {
      for (let n = 0; !over.signal.aborted; n++) {
        const key = `${caller}-${n}`;
        const { connectionId } = await ask(
          `creation ${key}`,
          ['POST', '/ingestion', key],
          ({ status }) => status === 201,
        );
        created.set(key, connectionId);
        await ask(`status of ${key}`, ['GET', `/ingestion/${connectionId}/status`], isOk);
        await ask(`list after ${key}`, ['GET', '/ingestion?pageSize=1'], isOk);
        await repeat(`repeated creation ${key}`, key);
      }
    };

    const load = Array.from({ length: CALLERS }, (_, caller) => call(caller));
    await until('load', () => created.size >= CALLERS);
    for (const index of [0, 1] as const) {
      step = `during the restart of replica ${index}`;
      await replace(index);
      step = `after the restart of replica ${index}`;
      const known = created.size;
      await until('load', () => created.size >= known + CALLERS);
    }
    over.abort();
    await Promise.all(load);
    step = 'after the load';
    for (const key of created.keys()) await repeat(`late repetition ${key}`, key);

    expect(failures).toEqual([]);
    expect(new Set(created.values()).size).toBe(created.size);
    expect(upstream.count('POST /connections')).toBe(before + created.size);
    expect(requests.sent).toBeGreaterThan(4 * CALLERS);
  });

  it('tells every creation once to a client that connects again after each end of its stream', async () => {
    const streams: EventSourceReader[] = [];
    const over = new AbortController();
    const seen = (): string[] =>
      streams.flatMap(({ events }) =>
        events.filter(({ type }) => type === 'ingestion.created').map(({ connectionId }) => connectionId),
      );
    const reading = (async () => {
      let lastId = '';
      while (!over.signal.aborted) {
        const headers = { ...(lastId !== '' && { 'last-event-id': lastId }) };
        const stream = await EventSourceReader.open(`${nginx.url}/events/stream`, headers);
        streams.push(stream);
        await until('the end of the stream', () => stream.hasEnded || over.signal.aborted, 110_000);
        lastId = stream.lastId === '' ? lastId : stream.lastId;
        stream.close();
      }
    })();
    const expected: string[] = [];
    const create = async (): Promise<void> => {
      const { connectionId } = await send('POST', '/ingestion', `event-${expected.length}`);
      expected.push(connectionId);
      await until('the event', () => seen().includes(connectionId));
    };
    await until('the stream', () => streams[0]?.text.includes(': alive'));
    await create();
    for (const index of [0, 1] as const) {
      await replace(index);
      await create();
    }
    over.abort();
    await reading;
    expect(seen().filter((id) => expected.includes(id))).toEqual(expected);
    expect(streams.length).toBeGreaterThan(1);
  });
});
