/** Requirements of version 0 of the Airbyte Protocol for a message, as far as the embedded connectors use it. */
const descriptor = {
  type: 'object',
  required: ['name'],
  properties: { name: { type: 'string' }, namespace: { type: 'string' } },
};

const stats = { type: 'object', properties: { recordCount: { type: 'number' } } };

const stream = {
  type: 'object',
  required: ['name', 'json_schema', 'supported_sync_modes'],
  properties: {
    name: { type: 'string' },
    namespace: { type: 'string' },
    json_schema: { type: 'object' },
    supported_sync_modes: { type: 'array', minItems: 1, items: { enum: ['full_refresh', 'incremental'] } },
    source_defined_cursor: { type: 'boolean' },
    default_cursor_field: { type: 'array', items: { type: 'string' } },
    source_defined_primary_key: { type: 'array', items: { type: 'array', items: { type: 'string' } } },
  },
};

const PAYLOADS = {
  SPEC: {
    spec: {
      type: 'object',
      required: ['connectionSpecification'],
      properties: {
        documentationUrl: { type: 'string' },
        connectionSpecification: { type: 'object' },
        supportsIncremental: { type: 'boolean' },
        supported_destination_sync_modes: {
          type: 'array',
          items: { enum: ['append', 'overwrite', 'append_dedup'] },
        },
      },
    },
  },
  CONNECTION_STATUS: {
    connectionStatus: {
      type: 'object',
      required: ['status'],
      properties: { status: { enum: ['SUCCEEDED', 'FAILED'] }, message: { type: 'string' } },
    },
  },
  CATALOG: {
    catalog: {
      type: 'object',
      required: ['streams'],
      properties: { streams: { type: 'array', items: stream } },
    },
  },
  RECORD: {
    record: {
      type: 'object',
      required: ['stream', 'data', 'emitted_at'],
      properties: {
        stream: { type: 'string' },
        namespace: { type: 'string' },
        data: { type: 'object' },
        emitted_at: { type: 'integer' },
      },
    },
  },
  STATE: {
    state: {
      type: 'object',
      required: ['type', 'stream'],
      properties: {
        type: { const: 'STREAM' },
        stream: {
          type: 'object',
          required: ['stream_descriptor'],
          properties: { stream_descriptor: descriptor, stream_state: { type: 'object' } },
        },
        sourceStats: stats,
        destinationStats: stats,
      },
    },
  },
  TRACE: {
    trace: {
      type: 'object',
      required: ['type', 'emitted_at'],
      properties: {
        type: { enum: ['ERROR', 'STREAM_STATUS'] },
        emitted_at: { type: 'number' },
        error: {
          type: 'object',
          required: ['message'],
          properties: {
            message: { type: 'string' },
            failure_type: { enum: ['system_error', 'config_error', 'transient_error'] },
          },
        },
        stream_status: {
          type: 'object',
          required: ['stream_descriptor', 'status'],
          properties: {
            stream_descriptor: descriptor,
            status: { enum: ['STARTED', 'RUNNING', 'COMPLETE', 'INCOMPLETE'] },
          },
        },
      },
    },
  },
} as const;

/** One of the messages, each with the payload of its type. */
export const MESSAGE_SCHEMA = {
  oneOf: Object.entries(PAYLOADS).map(([type, properties]) => ({
    type: 'object',
    required: ['type', ...Object.keys(properties)],
    properties: { type: { const: type }, ...properties },
  })),
};
