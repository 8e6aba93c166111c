/** Validates all messages of the built-in connectors with Airbyte's own schema of its protocol. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BUILT_IN, type ConnectorDefinition } from '../../../src/embedded/engine/definitions';
import { hasPostgres, PostgresServer } from '../../postgres/server';
import { EngineProcess } from '../kill/engine-process';
import { Exercise } from './exercise';
import { ProtocolSchema } from './protocol-schema';
import { TappedConnectors, type Traffic } from './tapped-connectors';

/** The types of messages that a connector must have sent. */
const SENT: Readonly<Record<ConnectorDefinition['kind'], readonly string[]>> = {
  source: ['SPEC', 'CONNECTION_STATUS', 'CATALOG', 'RECORD', 'STATE', 'TRACE ERROR', 'TRACE STREAM_STATUS'],
  destination: ['SPEC', 'CONNECTION_STATUS', 'STATE', 'TRACE ERROR'],
};
/** The same for a Postgres connector without a server. */
const SENT_WITHOUT_SERVER = ['SPEC', 'CONNECTION_STATUS'];

const schema = new ProtocolSchema(process.env['AIRBYTE_PROTOCOL_SCHEMA'] ?? '');

describe("Airbyte's schema", () => {
  it.each([
    { type: 'RECORDS' },
    { type: 'RECORD' },
    { type: 'RECORD', record: { stream: 's', data: {} } },
    { type: 'STATE', state: { type: 'PARTIAL' } },
    { type: 'STATE', state: { type: 'STREAM', stream: { stream_descriptor: {} } } },
    { type: 'CONNECTION_STATUS', connectionStatus: { status: 'OK' } },
    { type: 'CATALOG', catalog: { streams: [{ name: 's', json_schema: {} }] } },
    { type: 'SPEC', spec: {} },
    { type: 'TRACE', trace: { type: 'ERROR', emitted_at: 1, error: { failure_type: 'error' } } },
  ])('refuses %j', (message) => {
    expect(schema.faultOf(JSON.stringify(message))).not.toBeNull();
  });
});

describe('the built-in connectors', () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'protocol-test-'));
  const traffic = new Map<string, Traffic>();
  let server: PostgresServer | null = null;

  beforeAll(async () => {
    if (hasPostgres()) server = await PostgresServer.start();
    else process.stdout.write('Postgres is not installed: its connectors only answer spec and check.\n');
    const tapped = new TappedConnectors(dataDir, BUILT_IN);
    const log: string[] = [];
    const engine = await EngineProcess.start(dataDir, log);
    try {
      await new Exercise(engine.client, dataDir, server).run();
    } catch (error) {
      process.stderr.write(log.join(''));
      throw error;
    } finally {
      await engine.kill('SIGTERM');
    }
    for (const definition of BUILT_IN) {
      if (definition.type === 'faker') tapped.readUnknownStream(definition, { count: 1 });
      traffic.set(definition.id, tapped.trafficOf(definition, schema));
    }
  });

  afterAll(async () => {
    await server?.stop();
    rmSync(dataDir, { recursive: true, force: true });
  });

  it.each(BUILT_IN.map(({ kind, type, id }) => ({ kind, type, id })))(
    'send and receive only valid messages: $kind $type',
    ({ id }) => {
      const { messages, faults } = traffic.get(id) ?? { messages: 0, faults: [] };
      expect(faults).toEqual([]);
      expect(messages).toBeGreaterThan(0);
    },
  );

  it.each(BUILT_IN.map(({ kind, type, id }) => ({ kind, type, id })))(
    'send every type of message: $kind $type',
    ({ kind, type, id }) => {
      const expected = type === 'postgres' && server === null ? SENT_WITHOUT_SERVER : SENT[kind];
      const sent = traffic.get(id)?.sent;
      expect(expected.filter((one) => sent?.has(one) !== true)).toEqual([]);
    },
  );
});
