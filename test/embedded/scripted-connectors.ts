import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export const STATE_KINDS = ['STREAM', 'GLOBAL', 'LEGACY'] as const;

/** Behaviour of the scripted source in its next reads; `failAfter` has one entry for each attempt that fails. */
export interface SourceScript {
  /** The streams and how many rows each has, numbered from 1. */
  readonly rows: Readonly<Record<string, number>>;
  readonly kind: (typeof STATE_KINDS)[number];
  /** Rows between two states. */
  readonly checkpoint: number;
  /** Rows after which an attempt fails, the first attempt first. */
  readonly failAfter: readonly number[];
  /** Whether the attempt after those fails too, in a way that is not repeated. */
  readonly failsForGood: boolean;
  /** Whether a LEGACY state is one number for all streams. */
  readonly oneNumber?: boolean;
  /** A file for which the source waits before it sends anything. */
  readonly waitsFor?: string;
  /** Rows after which the source sends nothing more and does not end. */
  readonly stopsAfter?: number;
  /** Messages that are sent before the rows, as they are. */
  readonly before?: readonly object[];
}

const SOURCE = `
const { existsSync, readFileSync, writeFileSync } = require('node:fs');
const [script, command, ...args] = process.argv.slice(2);
const plan = JSON.parse(readFileSync(script, 'utf8'));
const say = (message) => process.stdout.write(JSON.stringify(message) + '\\n');
const file = (name) => JSON.parse(readFileSync(args[args.indexOf(name) + 1], 'utf8'));
if (command === 'spec') say({ type: 'SPEC', spec: { connectionSpecification: { type: 'object', properties: { token: { type: 'string', airbyte_secret: true } } } } });
if (command === 'check') say({ type: 'CONNECTION_STATUS', connectionStatus: { status: 'SUCCEEDED' } });
if (command === 'discover' && plan.failsForGood) {
  for (const message of plan.before || []) say(message);
  process.exitCode = 1;
} else if (command === 'discover') say({ type: 'CATALOG', catalog: { streams: Object.keys(plan.rows).map((name) => ({ name, json_schema: { type: 'object', properties: { id: { type: 'integer' } } }, supported_sync_modes: ['full_refresh', 'incremental'], source_defined_cursor: true, default_cursor_field: ['id'], source_defined_primary_key: [['id']], is_resumable: true })) } });
if (command === 'read') {
  const at = {};
  for (const state of args.includes('--state') ? file('--state') : []) {
    if (state.type === 'STREAM') at[state.stream.stream_descriptor.name] = state.stream.stream_state.id;
    if (state.type === 'GLOBAL') for (const one of state.global.stream_states) at[one.stream_descriptor.name] = one.stream_state.id;
    if (state.type === 'LEGACY') for (const name of Object.keys(plan.rows)) at[name] = plan.oneNumber ? state.data.id : (state.data[name] || {}).id;
  }
  const counter = script + '.attempts';
  const attempt = existsSync(counter) ? Number(readFileSync(counter, 'utf8')) : 0;
  writeFileSync(counter, String(attempt + 1));
  writeFileSync(script + '.config', JSON.stringify(file('--config')));
  const limit = attempt < plan.failAfter.length ? plan.failAfter[attempt] : Infinity;
  const names = file('--catalog').streams.map(({ stream }) => stream.name);
  for (const name of names) at[name] = at[name] || 0;
  const fail = (failure_type) => {
    say({ type: 'TRACE', trace: { type: 'ERROR', emitted_at: 1, error: { message: 'the script fails', failure_type } } });
    process.exitCode = 1;
  };
  const state = (name, recordCount) => {
    const position = (of) => ({ stream_descriptor: { name: of }, stream_state: { id: at[of] } });
    const legacy = plan.oneNumber ? { id: at[name] } : Object.fromEntries(names.map((of) => [of, { id: at[of] }]));
    const forms = { STREAM: { stream: position(name) }, GLOBAL: { global: { shared_state: { at: 1 }, stream_states: names.map(position) } }, LEGACY: { data: legacy } };
    say({ type: 'STATE', state: { type: plan.kind, ...forms[plan.kind], sourceStats: { recordCount } } });
  };
  const read = () => {
    for (const message of plan.before || []) say(message);
    let sent = 0;
    for (const name of names) {
      let since = 0;
      while (at[name] < plan.rows[name]) {
        if (sent === plan.stopsAfter) return void setInterval(() => undefined, 1000);
        if (sent++ >= limit) return fail('transient_error');
        say({ type: 'RECORD', record: { stream: name, emitted_at: 1, data: { id: ++at[name] } } });
        if (++since === plan.checkpoint) { state(name, since); since = 0; }
      }
      state(name, since);
    }
    if (sent >= limit) return fail('transient_error');
    if (plan.failsForGood) fail('config_error');
  };
  const wait = () => (!plan.waitsFor || existsSync(plan.waitsFor) ? read() : setTimeout(wait, 20));
  wait();
}
`;

/**
 * Keeps one file for each stream: committed rows of an appended one, whole refreshes of an overwritten one. A `lazy` one gives
 * back its newest state only; an `old` one takes the end of its input for the end of the data.
 */
const DESTINATION = `
const { appendFileSync, readFileSync, writeFileSync } = require('node:fs');
const [lazy, command, ...args] = process.argv.slice(2);
const say = (message) => process.stdout.write(JSON.stringify(message) + '\\n');
const file = (name) => JSON.parse(readFileSync(args[args.indexOf(name) + 1], 'utf8'));
if (command === 'spec') say({ type: 'SPEC', spec: { supported_destination_sync_modes: lazy === 'appending' ? ['append'] : ['append', 'overwrite'], connectionSpecification: { type: 'object', properties: {} } } });
if (command === 'check') say({ type: 'CONNECTION_STATUS', connectionStatus: { status: 'SUCCEEDED' } });
if (command === 'write') {
  const { folder, control } = file('--config');
  if (control) say({ type: 'CONTROL', control: { type: 'CONNECTOR_CONFIG', emitted_at: 1, connectorConfig: { config: control } } });
  const overwrites = new Map(file('--catalog').streams.map((one) => [one.stream.name, one.destination_sync_mode === 'overwrite']));
  const path = (name) => folder + '/' + name + '.ids';
  const held = new Map([...overwrites.keys()].map((name) => [name, []]));
  const text = (ids) => ids.map((id) => id + '\\n').join('');
  let last = null;
  const take = (message) => {
    if (message.type === 'RECORD') held.get(message.record.stream).push(message.record.data.id);
    if (message.type === 'STATE') {
      for (const [name, ids] of held) if (!overwrites.get(name)) { appendFileSync(path(name), text(ids)); ids.length = 0; }
      if (lazy === 'lazy') last = message; else say(message);
    }
    if (message.type === 'TRACE' && lazy !== 'old') { const { name } = message.trace.stream_status.stream_descriptor; if (overwrites.get(name)) writeFileSync(path(name), text(held.get(name))); }
  };
  let rest = '';
  process.stdin.on('data', (chunk) => {
    const lines = (rest + chunk).split('\\n');
    rest = lines.pop();
    for (const line of lines) take(JSON.parse(line));
  });
  process.stdin.on('end', () => {
    if (lazy === 'old') for (const [name, ids] of held) if (overwrites.get(name)) writeFileSync(path(name), text(ids));
    if (last) say(last);
  });
}
`;

/** A source that follows a script and destinations that keep numbers, in a data directory. */
export class ScriptedConnectors {
  constructor(private readonly dataDir: string) {
    const source = this.write('scripted-source.cjs', SOURCE);
    const destination = this.write('number-destination.cjs', DESTINATION);
    const connector = (kind: string, type: string, ...command: string[]): object => ({
      definitionId: type,
      kind,
      type,
      command: [process.execPath, ...command],
    });
    this.write(
      'connectors.json',
      JSON.stringify({
        connectors: [
          connector('source', 'scripted', source, this.scriptPath),
          connector('destination', 'numbers', destination, 'prompt'),
          connector('destination', 'lazy-numbers', destination, 'lazy'),
          connector('destination', 'old-numbers', destination, 'old'),
          connector('destination', 'appended-numbers', destination, 'appending'),
        ],
      }),
    );
  }

  script(script: SourceScript): void {
    writeFileSync(this.scriptPath, JSON.stringify(script));
    writeFileSync(`${this.scriptPath}.attempts`, '0');
  }

  /** Number of reads since the last script. */
  get attempts(): number {
    return Number(readFileSync(`${this.scriptPath}.attempts`, 'utf8'));
  }

  /** The configuration that the source got last. */
  get lastConfiguration(): string {
    return readFileSync(`${this.scriptPath}.config`, 'utf8');
  }

  private get scriptPath(): string {
    return join(this.dataDir, 'script.json');
  }

  private write(name: string, content: string): string {
    const path = join(this.dataDir, name);
    writeFileSync(path, content);
    return path;
  }
}
