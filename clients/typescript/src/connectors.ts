import type { Caller } from './caller.js';
import { deleteOnce } from './deletion.js';
import { idempotencyHeader } from './parameters.js';
import { SHAPES } from './shapes.js';
import type {
  Called,
  CallOptions,
  ChangeOptions,
  ConnectionCheck,
  ConnectorDefinitionList,
  ConnectorInput,
  DefinitionsQuery,
  DestinationDetails,
  PatchConnectorInput,
  SourceDetails,
  StreamSample,
  StreamSampleQuery,
} from './types.js';

const SOURCE = '/sources/{sourceId}';
const DESTINATION = '/destinations/{destinationId}';

/** Sources, destinations and connectors. Secrets are masked in every response. */
export class ConnectorClient {
  constructor(private readonly caller: Caller) {}

  /** Returns one page of connectors with the JSON schemas of their configurations. */
  definitions(query: DefinitionsQuery = {}, options: CallOptions = {}): Called<ConnectorDefinitionList> {
    return this.caller.call(
      SHAPES.definitions,
      (init) => this.caller.http.GET('/connector-definitions', { params: { query }, ...init }),
      options,
    );
  }

  /** Creates one source, even after retries. */
  createSource(request: ConnectorInput, options: ChangeOptions = {}): Called<SourceDetails> {
    const params = { header: idempotencyHeader(options) };
    return this.caller.call(
      SHAPES.source,
      (init) => this.caller.http.POST('/sources', { params, body: request, ...init }),
      options,
    );
  }

  /** Runs the check of the connector and creates nothing. */
  checkNewSource(request: ConnectorInput, options: CallOptions = {}): Called<ConnectionCheck> {
    return this.caller.call(
      SHAPES.connectionCheck,
      (init) => this.caller.http.POST('/sources/check', { body: request, ...init }),
      options,
    );
  }

  getSource(sourceId: string, options: CallOptions = {}): Called<SourceDetails> {
    const params = { path: { sourceId } };
    return this.caller.call(
      SHAPES.source,
      (init) => this.caller.http.GET(SOURCE, { params, ...init }),
      options,
    );
  }

  /** Changes the given fields only. Secrets that are not given stay as they are. */
  patchSource(
    sourceId: string,
    request: PatchConnectorInput,
    options: CallOptions = {},
  ): Called<SourceDetails> {
    const params = { path: { sourceId } };
    return this.caller.call(
      SHAPES.source,
      (init) => this.caller.http.PATCH(SOURCE, { params, body: request, ...init }),
      options,
    );
  }

  /** Fails with `connector-in-use` while ingestions use the source. */
  deleteSource(sourceId: string, options: CallOptions = {}): Promise<void> {
    const params = { path: { sourceId } };
    return deleteOnce(this.caller, 'source-not-found', options, (init) =>
      this.caller.http.DELETE(SOURCE, { params, ...init }),
    );
  }

  checkSource(sourceId: string, options: CallOptions = {}): Called<ConnectionCheck> {
    const params = { path: { sourceId } };
    return this.caller.call(
      SHAPES.connectionCheck,
      (init) => this.caller.http.POST('/sources/{sourceId}/check', { params, ...init }),
      options,
    );
  }

  /** Reads the first rows of a stream. Needs the capability `samples`. */
  sample(
    sourceId: string,
    name: string,
    query: StreamSampleQuery = {},
    options: CallOptions = {},
  ): Called<StreamSample> {
    const params = { path: { sourceId, name }, query };
    return this.caller.call(
      SHAPES.sample,
      (init) => this.caller.http.GET('/sources/{sourceId}/streams/{name}/sample', { params, ...init }),
      options,
    );
  }

  /** Creates one destination, even after retries. */
  createDestination(request: ConnectorInput, options: ChangeOptions = {}): Called<DestinationDetails> {
    const params = { header: idempotencyHeader(options) };
    return this.caller.call(
      SHAPES.destination,
      (init) => this.caller.http.POST('/destinations', { params, body: request, ...init }),
      options,
    );
  }

  /** Runs the check of the connector and creates nothing. */
  checkNewDestination(request: ConnectorInput, options: CallOptions = {}): Called<ConnectionCheck> {
    return this.caller.call(
      SHAPES.connectionCheck,
      (init) => this.caller.http.POST('/destinations/check', { body: request, ...init }),
      options,
    );
  }

  getDestination(destinationId: string, options: CallOptions = {}): Called<DestinationDetails> {
    const params = { path: { destinationId } };
    return this.caller.call(
      SHAPES.destination,
      (init) => this.caller.http.GET(DESTINATION, { params, ...init }),
      options,
    );
  }

  /** Changes the given fields only. Secrets that are not given stay as they are. */
  patchDestination(
    destinationId: string,
    request: PatchConnectorInput,
    options: CallOptions = {},
  ): Called<DestinationDetails> {
    const params = { path: { destinationId } };
    return this.caller.call(
      SHAPES.destination,
      (init) => this.caller.http.PATCH(DESTINATION, { params, body: request, ...init }),
      options,
    );
  }

  /** Fails with `connector-in-use` while ingestions use the destination. */
  deleteDestination(destinationId: string, options: CallOptions = {}): Promise<void> {
    const params = { path: { destinationId } };
    return deleteOnce(this.caller, 'destination-not-found', options, (init) =>
      this.caller.http.DELETE(DESTINATION, { params, ...init }),
    );
  }

  checkDestination(destinationId: string, options: CallOptions = {}): Called<ConnectionCheck> {
    const params = { path: { destinationId } };
    return this.caller.call(
      SHAPES.connectionCheck,
      (init) => this.caller.http.POST('/destinations/{destinationId}/check', { params, ...init }),
      options,
    );
  }
}
