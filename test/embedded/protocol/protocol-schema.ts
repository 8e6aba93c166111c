import { readFileSync } from 'node:fs';
import Ajv, { type ValidateFunction } from 'ajv';
import { isObject, type JsonObject } from '../../../src/embedded/platform/json';

/** The member that a message must have besides its type; the schema itself does not demand it. */
const PAYLOADS: Readonly<Record<string, string>> = {
  RECORD: 'record',
  STATE: 'state',
  LOG: 'log',
  SPEC: 'spec',
  CONNECTION_STATUS: 'connectionStatus',
  CATALOG: 'catalog',
  TRACE: 'trace',
  CONTROL: 'control',
};

/** Airbyte's own schema of its protocol. */
export class ProtocolSchema {
  private readonly message: ValidateFunction;
  private readonly catalog: ValidateFunction;
  private readonly state: ValidateFunction;

  constructor(path: string) {
    const ajv = new Ajv({ strict: false, allErrors: true, validateFormats: false });
    ajv.addSchema(JSON.parse(readFileSync(path, 'utf8')) as JsonObject, 'protocol');
    const definition = (name: string): ValidateFunction =>
      ajv.compile({ $ref: `protocol#/definitions/${name}` });
    this.message = definition('AirbyteMessage');
    this.catalog = definition('ConfiguredAirbyteCatalog');
    this.state = definition('AirbyteStateMessage');
  }

  /** The fault of a line that a connector sent or received, or null. */
  faultOf(line: string): string | null {
    const message = parsed(line);
    if (!isObject(message)) return 'is not a JSON object';
    const payload = PAYLOADS[String(message['type'])];
    if (payload !== undefined && message[payload] === undefined) return `has no ${payload}`;
    return faultsIn(this.message, message);
  }

  /** The fault of a configured catalog, or null. */
  faultOfCatalog(text: string): string | null {
    return faultsIn(this.catalog, parsed(text));
  }

  /** The fault of a state file, or null. */
  faultOfStates(text: string): string | null {
    const states = parsed(text);
    if (!Array.isArray(states)) return 'is not an array';
    const faults = states.map((state) => faultsIn(this.state, state));
    return faults.find((fault) => fault !== null) ?? null;
  }
}

/** Undefined for a text that is not JSON. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function faultsIn(validate: ValidateFunction, value: unknown): string | null {
  if (validate(value)) return null;
  const faults = (validate.errors ?? []).map(
    ({ instancePath, message = '' }) => `${instancePath || 'it'} ${message}`,
  );
  return faults.join('; ');
}
