// A source of the Airbyte Protocol that behaves as its configuration says: `quick` brings three records, `slow` one
// and then nothing until it is ended, `failing` breaks off. Its stream has a namespace.
import { readFileSync } from 'node:fs';

const [command, ...args] = process.argv.slice(2);
const say = (message) => process.stdout.write(`${JSON.stringify(message)}\n`);
const config = () => JSON.parse(readFileSync(args[args.indexOf('--config') + 1], 'utf8'));

/** Each behaviour has a stream of its own, since no two sources may write to one table. */
const streamOf = (behaviour) => ({
  name: behaviour === 'quick' ? 'people' : `people_${behaviour}`,
  namespace: 'shop',
});

const COMMANDS = {
  spec: () => {
    const properties = {
      behaviour: { type: 'string', enum: ['quick', 'slow', 'failing'] },
      token: { airbyte_secret: true },
    };
    say({ type: 'SPEC', spec: { connectionSpecification: { type: 'object', properties } } });
  },
  check: () => say({ type: 'CONNECTION_STATUS', connectionStatus: { status: 'SUCCEEDED' } }),
  discover: () => {
    const stream = {
      ...streamOf(config().behaviour),
      json_schema: { type: 'object', properties: { id: { type: 'integer' }, at: { type: 'string' } } },
      supported_sync_modes: ['full_refresh', 'incremental'],
      default_cursor_field: ['at'],
      source_defined_primary_key: [['id']],
    };
    say({ type: 'CATALOG', catalog: { streams: [stream] } });
  },
  read: () => {
    const { behaviour } = config();
    const own = streamOf(behaviour);
    const count = behaviour === 'quick' ? 3 : 1;
    for (let id = 1; id <= count; id++)
      say({
        type: 'RECORD',
        record: {
          stream: own.name,
          namespace: own.namespace,
          data: { id, at: '2026-01-15' },
          emitted_at: Date.now(),
        },
      });
    if (behaviour === 'slow') return setInterval(() => undefined, 60_000);
    if (behaviour === 'failing') {
      const error = { message: 'It broke off.', failure_type: 'transient_error' };
      say({ type: 'TRACE', trace: { type: 'ERROR', emitted_at: Date.now(), error } });
      process.exitCode = 1;
      return undefined;
    }
    return say({
      type: 'STATE',
      state: {
        type: 'STREAM',
        stream: { stream_descriptor: own, stream_state: { id: count } },
        sourceStats: { recordCount: count },
      },
    });
  },
};
COMMANDS[command]();
