// A proxy in front of a gateway that holds everything to the description with validators that callers use: a middleware for
// Express, and two libraries that judge each answer. It prints its address, and what is wrong once it is told to stop.
//   node validating-proxy.mjs <description> <gateway>
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { TOOLS } from './tools.mjs';

const require = createRequire(`${TOOLS}/package.json`);
const express = require('express');
const { middleware } = require('express-openapi-validator');
const { OpenAPIBackend } = require('openapi-backend');
const { default: ResponseValidator } = require('openapi-response-validator');

const [description, gateway] = process.argv.slice(2);
const document = JSON.parse(readFileSync(description, 'utf8'));
/** Headers of one connection, which the next one has of its own. */
const OF_CONNECTION = /^(host|content-length|transfer-encoding|connection)$/;
const faults = [];
const note = (validator, request, errors) =>
  faults.push(`${validator}: ${request.method} ${request.path}: ${JSON.stringify(errors).slice(0, 500)}`);

const backend = new OpenAPIBackend({ definition: structuredClone(document), quick: true });
await backend.init();

/** @returns the operation and its description */
function operationOf({ method, path }) {
  const operation = backend.matchOperation({ method, path, headers: {} });
  const [, item] =
    Object.entries(document.paths).find(([, one]) =>
      Object.values(one).some(({ operationId }) => operationId === operation?.operationId),
    ) ?? [];
  return item?.[method.toLowerCase()];
}

function judge(request, status, body) {
  const operation = operationOf(request);
  // A problem is described by the API, in another type of content than these two look into.
  if (!operation || status >= 300 || body === undefined) return;
  const { errors } = backend.validateResponse(body, operation.operationId, status);
  if (errors) note('openapi-backend', request, errors);
  const { responses } = operation;
  const found = new ResponseValidator({ responses, components: document.components }).validateResponse(
    status,
    body,
  );
  if (found) note('openapi-response-validator', request, found);
}

const app = express();
app.use(express.json());
app.use(
  middleware({
    apiSpec: description,
    validateSecurity: false,
    validateResponses: {
      onError: (error, _body, request) => note('express-openapi-validator', request, error.errors),
    },
    validateRequests: { allowUnknownQueryParameters: false },
  }),
);
app.use(async (request, response) => {
  const headers = Object.fromEntries(
    Object.entries(request.headers).filter(([name]) => !OF_CONNECTION.test(name)),
  );
  const body = request.body === undefined ? {} : { body: JSON.stringify(request.body) };
  const answer = await fetch(gateway + request.originalUrl, { method: request.method, headers, ...body });
  const text = await answer.text();
  for (const [name, value] of answer.headers) if (!OF_CONNECTION.test(name)) response.set(name, value);
  const content = text === '' ? undefined : JSON.parse(text);
  judge(request, answer.status, content);
  response.status(answer.status);
  if (content === undefined) response.end();
  else response.json(content);
});
app.use((error, request, response, next) => {
  if (response.headersSent) return next(error);
  note('express-openapi-validator', request, error.errors ?? error.message);
  response.status(error.status ?? 500).json({ code: 'refused-by-the-proxy', detail: error.message });
});

const server = app.listen(0, '127.0.0.1');
await once(server, 'listening');
console.log(`http://127.0.0.1:${server.address().port}`);
await once(process.stdin.resume(), 'end');
console.log(faults.join('\n'));
process.exit(faults.length > 0 ? 1 : 0);
