import type { ActorKind } from '../client/connectors/connector-types';
import type { Operation } from '../client/model/operation';
import { isMembers, type Members, members, optionalText, ShapeError } from '../client/model/parse';
import type { CallContext } from '../client/model/airbyte-types';
import type { InternalClient } from './internal-client';
import { parseSample, type StreamSample } from './sample-parser';

/** Result of the check of a connector. */
export interface ConnectionCheck {
  readonly succeeded: boolean;
  /** Reason of a failure. */
  readonly message: string | null;
}

/** A configuration that no source or destination has yet. */
export interface UncreatedActor {
  readonly definitionId: string;
  readonly workspaceId: string;
  readonly configuration: Members;
}

/** Larger specifications are not used. The largest of Airbyte's registry has 150 kB. */
const MAX_SPECIFICATION_CHARACTERS = 400_000;

/** Operations of Airbyte's internal API on connectors: `<kind>_definition_specifications`, `check_connection`. */
export class ConnectorEndpoints {
  constructor(private readonly internal: InternalClient) {}

  /** JSON schema of the configurations of a connector; null if it cannot be read. */
  specification(
    kind: ActorKind,
    { definitionId, workspaceId }: { readonly definitionId: string; readonly workspaceId: string },
    context: CallContext,
  ): Promise<Members | null> {
    const operation = post('getSpecification', `/${kind}_definition_specifications/get`, {
      [`${kind}DefinitionId`]: definitionId,
      workspaceId,
    });
    const read = { capability: 'connectorSchemas', operation, parse: parseSpecification } as const;
    return this.internal.caller.read(read, context);
  }

  /** Runs the check of a source or destination. @throws CapabilityOffError, AirbyteError */
  check(kind: ActorKind, id: string, context: CallContext): Promise<ConnectionCheck> {
    return this.runCheck(`/${kind}s/check_connection`, { [`${kind}Id`]: id }, context);
  }

  /** Runs the check of a connector with a configuration. @throws CapabilityOffError, AirbyteError */
  checkConfiguration(kind: ActorKind, actor: UncreatedActor, context: CallContext): Promise<ConnectionCheck> {
    const { definitionId, workspaceId, configuration } = actor;
    return this.runCheck(
      `/scheduler/${kind}s/check_connection`,
      { [`${kind}DefinitionId`]: definitionId, connectionConfiguration: configuration, workspaceId },
      context,
    );
  }

  /**
   * The first rows of a stream of a source. Only the embedded Airbyte has this operation.
   * @throws CapabilityOffError, AirbyteError: `failed` if the connector fails, `unprocessable` for an unknown stream
   */
  sample(
    sourceId: string,
    { name, namespace }: { readonly name: string; readonly namespace: string | null },
    context: CallContext,
  ): Promise<StreamSample> {
    const body = {
      sourceId,
      streamName: name,
      ...(namespace !== null && { streamNamespace: namespace }),
    };
    const operation: Operation = {
      ...post('sampleStream', '/sources/sample_stream', body),
      lane: 'discover',
      runsConnector: true,
    };
    return this.internal.caller.run({ capability: 'samples', operation, parse: parseSample }, context);
  }

  private runCheck(path: string, body: object, context: CallContext): Promise<ConnectionCheck> {
    const operation: Operation = {
      ...post('checkConnection', path, body),
      lane: 'discover',
      runsConnector: true,
    };
    return this.internal.caller.run({ capability: 'connectorChecks', operation, parse: parseCheck }, context);
  }
}

function post(name: string, path: string, body: unknown): Operation {
  return { name, api: 'internal', method: 'POST', path, body, safety: 'read', lane: 'read', expects: 'json' };
}

function parseSpecification(body: unknown): Members | null {
  const schema = members(body, 'answer')['connectionSpecification'];
  if (!isMembers(schema)) throw new ShapeError('connectionSpecification', 'an object');
  return JSON.stringify(schema).length > MAX_SPECIFICATION_CHARACTERS ? null : schema;
}

function parseCheck(body: unknown): ConnectionCheck {
  const answer = members(body, 'answer');
  const status = optionalText(answer, 'status');
  if (status === null) throw new ShapeError('status', 'a text');
  return { succeeded: status === 'succeeded', message: optionalText(answer, 'message') };
}
