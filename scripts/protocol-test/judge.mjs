import { readFileSync } from 'node:fs';
import Ajv from 'ajv';

/** The member that a message must have besides its type; the schema itself does not demand it. */
const PAYLOADS = {
  RECORD: 'record',
  STATE: 'state',
  LOG: 'log',
  SPEC: 'spec',
  CONNECTION_STATUS: 'connectionStatus',
  CATALOG: 'catalog',
  TRACE: 'trace',
  CONTROL: 'control',
};

/** Messages of which none may pass. */
const DOCTORED = [
  { type: 'RECORDS' },
  { type: 'RECORD' },
  { type: 'RECORD', record: { stream: 's', data: {} } },
  { type: 'STATE', state: { type: 'PARTIAL' } },
  { type: 'STATE', state: { type: 'STREAM', stream: { stream_descriptor: {} } } },
  { type: 'CONNECTION_STATUS', connectionStatus: { status: 'OK' } },
  { type: 'CATALOG', catalog: { streams: [{ name: 's', json_schema: {} }] } },
  { type: 'SPEC', spec: {} },
  { type: 'TRACE', trace: { type: 'ERROR', emitted_at: 1, error: { failure_type: 'error' } } },
];

/** Judges messages by Airbyte's own schema of its protocol. */
export class ProtocolJudge {
  constructor(path) {
    const ajv = new Ajv({ strict: false, allErrors: true, validateFormats: false });
    ajv.addSchema(JSON.parse(readFileSync(path, 'utf8')), 'protocol');
    const definition = (name) => ajv.compile({ $ref: `protocol#/definitions/${name}` });
    this.message = definition('AirbyteMessage');
    this.catalog = definition('ConfiguredAirbyteCatalog');
    this.state = definition('AirbyteStateMessage');
    const passed = DOCTORED.filter((message) => this.faultOf(JSON.stringify(message)) === null);
    if (passed.length > 0) throw new Error(`The schema lets pass what is wrong: ${JSON.stringify(passed)}`);
  }

  /** What is wrong with a line of a connector's, or null. */
  faultOf(line) {
    const message = parsed(line);
    if (message === undefined) return 'is no JSON';
    const payload = PAYLOADS[message.type];
    if (payload !== undefined && message[payload] === undefined) return `has no ${payload}`;
    return this.message(message) ? null : faultsOf(this.message);
  }

  faultOfCatalog(text) {
    return this.catalog(parsed(text)) ? null : faultsOf(this.catalog);
  }

  faultOfStates(text) {
    const states = parsed(text);
    if (!Array.isArray(states)) return 'is no array';
    const wrong = states.find((state) => !this.state(state));
    return wrong === undefined ? null : faultsOf(this.state);
  }
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function faultsOf({ errors }) {
  return errors.map(({ instancePath, message }) => `${instancePath || 'it'} ${message}`).join('; ');
}
