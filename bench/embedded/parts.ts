import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, createReadStream, createWriteStream, openSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { Checkpoints } from '../../src/embedded/engine/checkpoints';
import { Forwarder } from '../../src/embedded/engine/forwarder';
import { arrayAt, isObject, objectAt, parseObject, type JsonObject } from '../../src/embedded/platform/json';
import { LOCAL_ROOT_VARIABLE } from '../../src/embedded/protocol/local-root';
import { MessageWriter } from '../../src/embedded/protocol/message-writer';
import { parseConfiguredCatalog, streamStatus } from '../../src/embedded/protocol/messages';
import { writeStreams } from '../../src/embedded/protocol/write-streams';
import { destinationOf, sourceOf, type World } from './pairs';

const STATE = '{"type":"STATE"';

/**
 * Runs the parts of a sync one at a time, each alone on the machine, and returns their times in seconds. In a sync they
 * overlap, so that their sum is greater than its time.
 */
export async function partsOf(source: string, destination: string, world: World): Promise<string> {
  const files = {
    source: join(world.dataDir, 'source.json'),
    destination: join(world.dataDir, 'destination.json'),
    catalog: join(world.dataDir, 'catalog.json'),
    messages: join(world.dataDir, 'messages.jsonl'),
    often: join(world.dataDir, 'often.jsonl'),
    once: join(world.dataDir, 'once.jsonl'),
  };
  const { config, stream } = sourceOf(source);
  writeFileSync(files.source, JSON.stringify(config(world)));
  const reader = commandOf('source', source === 'faker' || source === 'postgres' ? source : 'file');
  const [program = '', ...args] = reader;
  const env = { [LOCAL_ROOT_VARIABLE]: world.local };
  const startS = timedRun(program, [...args, 'spec'], env, 'ignore');
  const catalog = configured(
    discovered(program, [...args, 'discover', '--config', files.source], env),
    stream,
  );
  writeFileSync(files.catalog, JSON.stringify(catalog));
  const fd = openSync(files.messages, 'w');
  const sourceS = timedRun(
    program,
    [...args, 'read', '--config', files.source, '--catalog', files.catalog],
    env,
    fd,
  );
  closeSync(fd);
  const { seconds: engineS, states } = await forwardAll(files.messages, files.often, files.once);
  const parseS = await parseAll(files.once, catalog, stream);
  const write = async (round: number, messages: string, count: number): Promise<Written> => {
    writeFileSync(files.destination, JSON.stringify(destinationOf(destination)(world, round)));
    const command = [...commandOf('destination', destination), 'write'];
    const options = ['--config', files.destination, '--catalog', files.catalog];
    return writeAll([...command, ...options], env, { messages, states: count }, stream);
  };
  const atEnd = await write(1001, files.once, 1);
  const often = await write(1002, files.often, states);
  const cells = [
    ['start of a connector', startS],
    ['source', sourceS],
    ['engine: forward', engineS],
    ['destination: parse', parseS],
    ['destination: parse, write, one commit', atEnd.writeS],
    [`destination: parse, write, ${states} commits`, often.writeS],
    ['destination: final swap', often.swapS],
  ] as const;
  return `${source} to ${destination}, parts alone, s: ${cells.map(([name, seconds]) => `${name} ${seconds.toFixed(2)}`).join('; ')}`;
}

function commandOf(kind: 'source' | 'destination', type: string): readonly string[] {
  const main = join(process.cwd(), 'dist', 'embedded', 'connectors', `${kind}-${type}`, 'main.js');
  return [process.execPath, '--max-semi-space-size=8', main];
}

function timedRun(
  program: string,
  args: readonly string[],
  env: Record<string, string>,
  output: number | 'ignore',
): number {
  const startedAtMs = performance.now();
  const { status } = spawnSync(program, args, { env, stdio: ['ignore', output, 'inherit'] });
  if (status !== 0) throw new Error(`${args.join(' ')} ended with ${String(status)}`);
  return (performance.now() - startedAtMs) / 1000;
}

function discovered(program: string, args: readonly string[], env: Record<string, string>): JsonObject[] {
  const { stdout } = spawnSync(program, args, { env, encoding: 'utf8', maxBuffer: 2 ** 26 });
  for (const line of stdout.split('\n')) {
    const catalog = objectAt(parseObject(line) ?? {}, 'catalog');
    if (catalog !== undefined) return arrayAt(catalog, 'streams').filter(isObject);
  }
  throw new Error(`The source has no catalog: ${stdout}`);
}

function configured(streams: readonly JsonObject[], name: string): JsonObject {
  const chosen = streams.filter((stream) => stream['name'] === name);
  return {
    streams: chosen.map((stream) => ({
      stream: { ...stream, namespace: undefined },
      sync_mode: 'full_refresh',
      destination_sync_mode: 'overwrite',
    })),
  };
}

/** Forwards all messages like the engine. Copies the records with all states and with the last one only. */
async function forwardAll(
  messages: string,
  allStates: string,
  lastState: string,
): Promise<{ seconds: number; states: number }> {
  const forwarder = new Forwarder(new Checkpoints());
  const outputs = [createWriteStream(allStates), createWriteStream(lastState)] as const;
  let [last, spentMs, states] = ['', 0, 0];
  for await (const chunk of createReadStream(messages, { highWaterMark: 64 * 1024 })) {
    const startedAtMs = performance.now();
    const pieces = [...forwarder.push(chunk as Buffer)];
    spentMs += performance.now() - startedAtMs;
    for (const piece of pieces) {
      if ('records' in piece) for (const output of outputs) await written(output, piece.records);
      else if (piece.message['type'] === 'STATE') {
        last = `${piece.line}\n`;
        states++;
        await written(outputs[0], last);
      }
    }
  }
  await written(outputs[1], last);
  for (const output of outputs) {
    output.end();
    await finished(output);
  }
  return { seconds: spentMs / 1000, states };
}

async function written(output: Writable, bytes: Buffer | string): Promise<void> {
  if (!output.write(bytes)) await once(output, 'drain');
}

/** Reads all messages like a destination that stores nothing. */
async function parseAll(messages: string, catalog: JsonObject, name: string): Promise<number> {
  const streams = parseConfiguredCatalog(catalog);
  const ignore = (): void => undefined;
  const nowhere = new Writable({
    write: (_chunk, _encoding, done) => {
      done();
    },
  });
  async function* input(): AsyncGenerator<Buffer> {
    for await (const chunk of createReadStream(messages)) yield chunk as Buffer;
    yield completion(name);
  }
  const startedAtMs = performance.now();
  const target = { add: ignore, commit: ignore, complete: ignore, close: ignore };
  await writeStreams(streams, () => target, input(), new MessageWriter(nowhere));
  return (performance.now() - startedAtMs) / 1000;
}

function completion(stream: string): Buffer {
  return Buffer.from(`${JSON.stringify(streamStatus(stream, null, 'COMPLETE', new Date()))}\n`);
}

/** Times of a destination: until the last state is acknowledged, and from then to its end. */
interface Written {
  readonly writeS: number;
  readonly swapS: number;
}

/** Runs a destination with messages from a file. The stream is complete after all states are acknowledged. */
async function writeAll(
  [program = '', ...args]: readonly string[],
  env: Record<string, string>,
  { messages, states }: { readonly messages: string; readonly states: number },
  stream: string,
): Promise<Written> {
  const startedAtMs = performance.now();
  const child = spawn(program, args, { env, stdio: ['pipe', 'pipe', 'inherit'] });
  const exited = once(child, 'exit');
  createReadStream(messages).pipe(child.stdin, { end: false });
  let acknowledged = 0;
  for await (const line of createInterface(child.stdout)) {
    if (line.startsWith(STATE)) acknowledged++;
    if (acknowledged === states) break;
  }
  const writtenAtMs = performance.now();
  child.stdin.end(completion(stream));
  const [code] = (await exited) as [number | null];
  if (code !== 0) throw new Error(`${args.join(' ')} ended with ${String(code)}`);
  return { writeS: (writtenAtMs - startedAtMs) / 1000, swapS: (performance.now() - writtenAtMs) / 1000 };
}
