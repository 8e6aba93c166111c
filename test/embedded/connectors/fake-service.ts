import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';

const ITEMS = Array.from({ length: 25 }, (_, index) => ({
  id: index,
  at: `2024-01-${String(index + 1).padStart(2, '0')}`,
}));
const PAGE_ROWS = 10;

/** A service with pages, a token and a rate limit, for a source that a manifest describes. */
export class FakeService {
  /** Answers 429 that are still to be given. */
  private refusals = 1;

  private constructor(private readonly server: Server) {}

  static async start(token: string): Promise<FakeService> {
    const server = createServer();
    const service = new FakeService(server);
    server.on('request', (request, response) => {
      const url = new URL(request.url ?? '/', 'http://127.0.0.1');
      response.setHeader('content-type', 'application/json');
      if (request.headers.authorization !== `Bearer ${token}`) response.writeHead(401).end('{}');
      else if (service.refusals-- > 0) response.writeHead(429, { 'retry-after': '1' }).end('{}');
      else {
        const from = (Number(url.searchParams.get('page') ?? 1) - 1) * PAGE_ROWS;
        const found = ITEMS.filter(({ at }) => at >= (url.searchParams.get('since') ?? ''));
        response.end(JSON.stringify({ items: found.slice(from, from + PAGE_ROWS) }));
      }
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return service;
  }

  /** The manifest of a source that reads it. */
  manifest(): object {
    const { port } = this.server.address() as AddressInfo;
    const date = '%Y-%m-%d';
    const stream = {
      type: 'DeclarativeStream',
      name: 'items',
      primary_key: ['id'],
      retriever: {
        type: 'SimpleRetriever',
        requester: {
          type: 'HttpRequester',
          url_base: `http://127.0.0.1:${port}`,
          path: '/items',
          http_method: 'GET',
          authenticator: { type: 'BearerAuthenticator', api_token: "{{ config['token'] }}" },
        },
        record_selector: {
          type: 'RecordSelector',
          extractor: { type: 'DpathExtractor', field_path: ['items'] },
        },
        paginator: {
          type: 'DefaultPaginator',
          page_token_option: { type: 'RequestOption', inject_into: 'request_parameter', field_name: 'page' },
          pagination_strategy: { type: 'PageIncrement', page_size: PAGE_ROWS, start_from_page: 1 },
        },
      },
      incremental_sync: {
        type: 'DatetimeBasedCursor',
        cursor_field: 'at',
        datetime_format: date,
        cursor_datetime_formats: [date],
        start_datetime: { type: 'MinMaxDatetime', datetime: '2024-01-01', datetime_format: date },
        start_time_option: { type: 'RequestOption', inject_into: 'request_parameter', field_name: 'since' },
      },
      schema_loader: {
        type: 'InlineSchemaLoader',
        schema: { type: 'object', properties: { id: { type: 'integer' }, at: { type: 'string' } } },
      },
    };
    return {
      version: '6.5.2',
      type: 'DeclarativeSource',
      check: { type: 'CheckStream', stream_names: ['items'] },
      streams: [stream],
      spec: {
        type: 'Spec',
        connection_specification: {
          type: 'object',
          properties: { token: { type: 'string', airbyte_secret: true } },
        },
      },
    };
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, 'close');
  }
}
