import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

const COMPILED = join(__dirname, '../../dist/embedded/connectors');
const FILE_SOURCE = join(COMPILED, 'source-file/main.js');
const LOCAL_JSON = join(COMPILED, 'destination-local-json/main.js');

/**
 * Connectors that misbehave. Each is the real one behind a filter of its lines: `line` may return null to drop one,
 * and `attempt` counts how often the command ran before.
 */
const DOUBLES: readonly { type: string; kind: 'source' | 'destination'; of: string; filter: string }[] = [
  { type: 'dropping-source', kind: 'source', of: FILE_SOURCE, filter: 'records === 77 ? null : line' },
  {
    type: 'dropping-destination',
    kind: 'destination',
    of: LOCAL_JSON,
    filter: 'records === 77 ? null : line',
  },
  {
    type: 'dying-source',
    kind: 'source',
    of: FILE_SOURCE,
    filter: 'attempt === 0 && states === 2 ? die() : line',
  },
  {
    type: 'dying-destination',
    kind: 'destination',
    of: LOCAL_JSON,
    filter: 'attempt === 0 && states === 2 ? die() : line',
  },
  {
    type: 'stuck-later-source',
    kind: 'source',
    of: FILE_SOURCE,
    filter: 'states === 2 ? stick() : line',
  },
  { type: 'stuck-source', kind: 'source', of: FILE_SOURCE, filter: 'states === 1 ? stick() : line' },
  {
    type: 'late-dropping-destination',
    kind: 'destination',
    of: LOCAL_JSON,
    filter: 'records === 59999 ? null : line',
  },
  { type: 'deaf-source', kind: 'source', of: FILE_SOURCE, filter: 'states === 1 ? (deaf(), stick()) : line' },
  {
    type: 'deaf-destination',
    kind: 'destination',
    of: LOCAL_JSON,
    filter: 'records === 9 ? (deaf(), stick()) : line',
  },
  {
    type: 'mute-destination',
    kind: 'destination',
    of: LOCAL_JSON,
    filter: 'attempt === 0 && states === 1 ? die() : line',
  },
  {
    type: 'first-not-a-number',
    kind: 'source',
    of: FILE_SOURCE,
    filter: `records === 1 ? line.replace('"row 0"', 'NaN') : line`,
  },
  {
    type: 'later-not-a-number',
    kind: 'source',
    of: FILE_SOURCE,
    filter: `records === 77 ? line.replace('"row 76"', 'NaN') : line`,
  },
  {
    type: 'incomplete-source',
    kind: 'source',
    of: FILE_SOURCE,
    filter: `line.replace('"status":"COMPLETE"', '"status":"INCOMPLETE"')`,
  },
  { type: 'misconfigured-source', kind: 'source', of: FILE_SOURCE, filter: 'fail("config_error")' },
];

const PROXY = `
const { spawn } = require('node:child_process');
const { appendFileSync, existsSync, readFileSync } = require('node:fs');
const [filter, runsFile, kind, of, command, ...rest] = process.argv.slice(2);
const working = command === 'read' || command === 'write';
const attempt = working && existsSync(runsFile) ? readFileSync(runsFile, 'utf8').length : 0;
if (working) appendFileSync(runsFile, 'x');
const child = spawn(process.execPath, [of, command, ...rest], { stdio: [kind === 'destination' ? 'pipe' : 'inherit', kind === 'source' ? 'pipe' : 'inherit', 'inherit'] });
const die = () => { child.kill('SIGKILL'); process.exit(9); };
const stick = () => { child.kill('SIGKILL'); setInterval(() => undefined, 1000); return null; };
const deaf = () => { process.on('SIGTERM', () => undefined); input.pause(); };
const fail = (failure_type) => {
  process.stdout.write(JSON.stringify({ type: 'TRACE', trace: { type: 'ERROR', emitted_at: 1, error: { message: 'the password hunter2hunter2 is wrong', failure_type } } }) + '\\n');
  child.kill('SIGKILL');
  process.exit(1);
};
const judge = new Function('line', 'records', 'states', 'attempt', 'die', 'stick', 'deaf', 'fail', 'return ' + filter);
let records = 0, states = 0, buffered = '', stuck = false;
const input = kind === 'source' ? child.stdout : process.stdin;
const output = kind === 'source' ? process.stdout : child.stdin;
const pass = (chunk) => {
  // A double takes members that the real connector does not have.
  if (command === 'spec') return output.write(chunk.toString('utf8').replaceAll(',"additionalProperties":false', ''));
  if (!working) return output.write(chunk);
  buffered += chunk.toString('latin1');
  const lines = buffered.split('\\n');
  buffered = lines.pop();
  for (const line of lines) {
    if (line.startsWith('{"type":"RECORD"')) records++;
    if (line.startsWith('{"type":"STATE"')) states++;
    const kept = stuck ? null : judge(line, records, states, attempt, die, stick, deaf, fail);
    if (kept !== null) output.write(kept + '\\n', 'latin1');
    else if (filter.includes('stick')) stuck = true;
  }
};
input.on('data', pass);
input.on('end', () => { if (kind === 'destination') child.stdin.end(); });
child.on('close', (code) => { if (!stuck) process.exitCode = code === null ? 1 : code; });
`;

/** The local JSON destination, except that it gives its states back only at its end, as the protocol allows. */
const HOLDER = `
const child = require('node:child_process').spawn(process.execPath, [${JSON.stringify(LOCAL_JSON)}, ...process.argv.slice(2)], { stdio: ['inherit', 'pipe', 'inherit'] });
const held = [];
child.stdout.on('data', (chunk) => held.push(chunk));
child.on('close', (code) => process.stdout.write(Buffer.concat(held), () => process.exit(code ?? 1)));
`;

/** A source that counts on from its state, whose number is larger than a double holds. */
const COUNTER = `
const { readFileSync } = require('node:fs');
const [command, ...args] = process.argv.slice(2);
const say = (line) => process.stdout.write(line + '\\n');
const stream = '{"name":"s","json_schema":{"type":"object","properties":{"id":{}}},"supported_sync_modes":["incremental"],"source_defined_cursor":true,"default_cursor_field":["id"]}';
if (command === 'spec') say('{"type":"SPEC","spec":{"connectionSpecification":{"type":"object"}}}');
if (command === 'check') say('{"type":"CONNECTION_STATUS","connectionStatus":{"status":"SUCCEEDED"}}');
if (command === 'discover') say('{"type":"CATALOG","catalog":{"streams":[' + stream + ']}}');
if (command === 'read') {
  const at = args.indexOf('--state');
  const [, last] = /"at": ?(\\d+)/.exec(at < 0 ? '' : readFileSync(args[at + 1], 'utf8')) ?? [, '9007199254740992'];
  const next = String(BigInt(last) + 1n);
  say('{"type":"RECORD","record":{"stream":"s","data":{"id":' + next + '},"emitted_at":1}}');
  say('{"type":"STATE","state":{"type":"STREAM","stream":{"stream_descriptor":{"name":"s"},"stream_state":{"at":' + next + '}}}}');
}
`;

/** Makes the doubles connectors of a data directory. */
export function registerDoubles(dataDir: string): void {
  const proxy = join(dataDir, 'proxy.cjs');
  writeFileSync(proxy, PROXY);
  const connectors = DOUBLES.map(({ type, kind, of, filter }) => ({
    definitionId: type,
    kind,
    type,
    command: [process.execPath, proxy, filter, join(dataDir, `${type}.runs`), kind, of],
  }));
  const holder = join(dataDir, 'holder.cjs');
  writeFileSync(holder, HOLDER);
  const counter = join(dataDir, 'counter.cjs');
  writeFileSync(counter, COUNTER);
  const counting = {
    definitionId: 'counting',
    kind: 'source',
    type: 'counting',
    command: [process.execPath, counter],
  };
  const holding = {
    definitionId: 'holding',
    kind: 'destination',
    type: 'holding',
    command: [process.execPath, holder],
  };
  writeFileSync(
    join(dataDir, 'connectors.json'),
    JSON.stringify({ connectors: [...connectors, holding, counting] }),
  );
}
