/**
 * A proxy in front of a gateway that checks requests and responses against the API description with a middleware for Express
 * and two libraries. It prints its address, and the violations when its standard input ends.
 *   node validating-proxy.js <description> <gateway>
 */
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import type { Server } from 'node:http';
import { createRequire } from 'node:module';
import { say, TOOLS } from './shell';

interface Request {
  readonly method: string;
  readonly path: string;
  readonly originalUrl: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
}

interface Response {
  readonly headersSent: boolean;
  set(name: string, value: string): void;
  status(code: number): Response;
  json(body: unknown): void;
  end(): void;
}

interface HandlerError {
  readonly errors?: unknown;
  readonly message: string;
  readonly status?: number;
}

type Next = (error?: unknown) => void;
type Handler = (request: Request, response: Response, next: Next) => unknown;
type ErrorHandler = (error: HandlerError, request: Request, response: Response, next: Next) => unknown;

interface Express {
  (): { use(handler: Handler | ErrorHandler): void; listen(port: number, host: string): Server };
  json(): Handler;
}

interface Operation {
  readonly operationId?: string;
  readonly responses?: unknown;
}

interface Description {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: unknown;
}

interface Backend {
  init(): Promise<unknown>;
  matchOperation(request: { method: string; path: string; headers: object }): Operation | undefined;
  validateResponse(body: unknown, operationId: string, status: number): { readonly errors?: unknown };
}

type BackendClass = new (options: { definition: Description; quick: boolean }) => Backend;

type ResponseValidatorClass = new (options: { responses: unknown; components: unknown }) => {
  validateResponse(status: number, body: unknown): unknown;
};

type Middleware = (options: {
  readonly apiSpec: string;
  readonly validateSecurity: boolean;
  readonly validateResponses: {
    onError(error: HandlerError, body: unknown, request: Request): void;
  };
  readonly validateRequests: { readonly allowUnknownQueryParameters: boolean };
}) => Handler;

const requireTool = createRequire(`${TOOLS}/package.json`);
const express = requireTool('express') as Express;
const { middleware } = requireTool('express-openapi-validator') as { readonly middleware: Middleware };
const { OpenAPIBackend } = requireTool('openapi-backend') as { readonly OpenAPIBackend: BackendClass };
const { default: ResponseValidator } = requireTool('openapi-response-validator') as {
  readonly default: ResponseValidatorClass;
};

/** Headers of one connection. The next connection has its own. */
const CONNECTION_HEADERS = /^(host|content-length|transfer-encoding|connection)$/;

class ValidatingProxy {
  readonly faults: string[] = [];

  private constructor(
    private readonly document: Description,
    private readonly backend: Backend,
    private readonly gateway: string,
  ) {}

  static async create(path: string, gateway: string): Promise<ValidatingProxy> {
    const document = JSON.parse(readFileSync(path, 'utf8')) as Description;
    const backend = new OpenAPIBackend({ definition: structuredClone(document), quick: true });
    await backend.init();
    return new ValidatingProxy(document, backend, gateway);
  }

  note(validator: string, request: Request, errors: unknown): void {
    const text = JSON.stringify(errors).slice(0, 500);
    this.faults.push(`${validator}: ${request.method} ${request.path}: ${text}`);
  }

  async forward(request: Request, response: Response): Promise<void> {
    const headers = Object.fromEntries(
      Object.entries(request.headers).filter(([name]) => !CONNECTION_HEADERS.test(name)),
    );
    const body = request.body === undefined ? {} : { body: JSON.stringify(request.body) };
    const answer = await fetch(this.gateway + request.originalUrl, {
      method: request.method,
      headers,
      ...body,
    });
    const text = await answer.text();
    for (const [name, value] of answer.headers) if (!CONNECTION_HEADERS.test(name)) response.set(name, value);
    const content: unknown = text === '' ? undefined : JSON.parse(text);
    this.judge(request, answer.status, content);
    response.status(answer.status);
    if (content === undefined) response.end();
    else response.json(content);
  }

  private judge(request: Request, status: number, body: unknown): void {
    const operation = this.operationOf(request);
    // These two libraries do not look into the content type of problems.
    if (operation?.operationId === undefined || status >= 300 || body === undefined) return;
    const { errors } = this.backend.validateResponse(body, operation.operationId, status);
    if (errors) this.note('openapi-backend', request, errors);
    const { responses } = operation;
    const { components } = this.document;
    const found = new ResponseValidator({ responses, components }).validateResponse(status, body);
    if (found) this.note('openapi-response-validator', request, found);
  }

  private operationOf({ method, path }: Request): Operation | undefined {
    const matched = this.backend.matchOperation({ method, path, headers: {} });
    if (matched === undefined) return undefined;
    return Object.values(this.document.paths)
      .map((item) => item[method.toLowerCase()])
      .find((operation) => operation?.operationId === matched.operationId);
  }
}

async function main(description: string, gateway: string): Promise<void> {
  const proxy = await ValidatingProxy.create(description, gateway);
  const app = express();
  app.use(express.json());
  app.use(
    middleware({
      apiSpec: description,
      validateSecurity: false,
      validateResponses: {
        onError: (error, _body, request) => {
          proxy.note('express-openapi-validator', request, error.errors);
        },
      },
      validateRequests: { allowUnknownQueryParameters: false },
    }),
  );
  app.use((request: Request, response: Response) => proxy.forward(request, response));
  // Express takes a function with four parameters for a handler of errors.
  app.use((error: HandlerError, request: Request, response: Response, next: Next) => {
    if (response.headersSent) {
      next(error);
      return;
    }
    proxy.note('express-openapi-validator', request, error.errors ?? error.message);
    response.status(error.status ?? 500).json({ code: 'refused-by-the-proxy', detail: error.message });
  });
  const server = app.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the proxy has no port');
  say(`http://127.0.0.1:${address.port}`);
  await once(process.stdin.resume(), 'end');
  say(proxy.faults.join('\n'));
  process.exit(proxy.faults.length > 0 ? 1 : 0);
}

const [description = '', gateway = ''] = process.argv.slice(2);
void main(description, gateway);
