import { numberAt, type JsonObject } from '../../platform/json';
import { configError, type SourceConnector } from '../../protocol/connector';
import { toBytes, type MessageWriter } from '../../protocol/message-writer';
import { savedStreamState, streamState, streamStatus, type ConfiguredStream } from '../../protocol/messages';
import { recordPrefix } from '../../protocol/raw-record';
import { productOf, SCHEMAS, userOf } from './people';

const CHECKPOINT_ROWS = 10_000;
const PRODUCTS = 100;

/** The configuration. Member names match Airbyte's own faker source. */
interface FakerConfig {
  readonly count: number;
  readonly seed: number;
  /** Whether every sync sends all records again, updated. Otherwise an incremental sync sends only new records. */
  readonly alwaysUpdated: boolean;
  /** The number of rows between two checkpoints. */
  readonly checkpointRows: number;
}

/** The position up to which a stream was read. */
interface Position {
  readonly lastId: number;
  readonly finished: boolean;
}

/** Generates users and products, the same ones for the same seed. */
export const fakerSource: SourceConnector = {
  spec: {
    documentationUrl: 'https://docs.airbyte.com/integrations/sources/faker',
    connectionSpecification: {
      $schema: 'http://json-schema.org/draft-07/schema#',
      title: 'Faker source',
      type: 'object',
      required: ['count'],
      properties: {
        count: {
          type: 'integer',
          minimum: 1,
          maximum: Number.MAX_SAFE_INTEGER,
          default: 1000,
          description: 'The number of users.',
        },
        seed: { type: 'integer', default: 1 },
        always_updated: { type: 'boolean', default: true },
        records_per_slice: {
          type: 'integer',
          minimum: 1,
          maximum: Number.MAX_SAFE_INTEGER,
          default: CHECKPOINT_ROWS,
          description: 'The number of records between two checkpoints.',
        },
        parallelism: {
          type: 'integer',
          minimum: 1,
          default: 1,
          description: 'Has no effect: one process generates all records.',
        },
      },
    },
  },

  check(config) {
    parseConfig(config);
    return Promise.resolve();
  },

  discover(config) {
    parseConfig(config);
    const streams = Object.entries(SCHEMAS).map(([name, schema]) => ({
      name,
      json_schema: schema,
      supported_sync_modes: ['full_refresh', 'incremental'],
      source_defined_cursor: true,
      default_cursor_field: ['updated_at'],
      source_defined_primary_key: [['id']],
    }));
    return Promise.resolve({ streams });
  },

  async read({ config, streams, states, output }) {
    const faker = parseConfig(config);
    for (const stream of streams) await readStream(faker, stream, positionOf(stream.name, states), output);
  },
};

function parseConfig(config: JsonObject): FakerConfig {
  const [count, seed] = [numberAt(config, 'count') ?? 1000, numberAt(config, 'seed') ?? 1];
  if (!Number.isSafeInteger(count) || count < 1) throw configError('count must be a whole number above 0.');
  const checkpointRows = numberAt(config, 'records_per_slice') ?? CHECKPOINT_ROWS;
  return { count, seed, alwaysUpdated: config['always_updated'] !== false, checkpointRows };
}

function positionOf(name: string, states: readonly JsonObject[]): Position {
  const state = savedStreamState(states, { name, namespace: null }) ?? {};
  return { lastId: numberAt(state, 'lastId') ?? 0, finished: state['finished'] === true };
}

async function readStream(
  faker: FakerConfig,
  { name }: ConfiguredStream,
  position: Position,
  output: MessageWriter,
): Promise<void> {
  if (name !== 'users' && name !== 'products') throw configError(`There is no stream ${name}.`);
  const make = name === 'users' ? userOf : productOf;
  const count = name === 'users' ? faker.count : PRODUCTS;
  const head = recordPrefix(name, null);
  const startsOver = position.finished && faker.alwaysUpdated;
  await output.message(streamStatus(name, null, 'STARTED', new Date()));
  let sinceState = 0;
  let id = startsOver ? 0 : position.lastId;
  while (id < count) {
    const now = new Date();
    if (
      output.line(
        `${head}${toBytes(JSON.stringify(make(faker.seed, ++id, now.toISOString())))},"emitted_at":${now.getTime()}}}`,
      )
    ) {
      await output.flush();
    }
    if (++sinceState === faker.checkpointRows && id < count) {
      await output.message(streamState(name, null, { lastId: id, finished: false }, sinceState));
      sinceState = 0;
    }
  }
  await output.message(streamState(name, null, { lastId: id, finished: true }, sinceState));
  await output.message(streamStatus(name, null, 'COMPLETE', new Date()));
}
