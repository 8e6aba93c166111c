// A Postman collection of the description, run as it stands against the embedded Airbyte: every example has to work.
import { createRequire } from 'node:module';
import { TOOLS } from './tools.mjs';

const require = createRequire(`${TOOLS}/package.json`);
const { convert } = require('openapi-to-postmanv2');
const newman = require('newman');

const OPTIONS = {
  folderStrategy: 'Paths',
  requestParametersResolution: 'Example',
  exampleParametersResolution: 'Example',
};

function collectionOf(description) {
  return new Promise((resolve, reject) => {
    convert({ type: 'string', data: description }, OPTIONS, (error, { result, reason, output } = {}) => {
      if (error || !result) reject(error ?? new Error(reason));
      else resolve(output[0].data);
    });
  });
}

function requestsOf(items) {
  return items.flatMap((item) => (item.item ? requestsOf(item.item) : [item]));
}

/** A collection runs in the order of its folders; a person would not delete first what is shown next. */
function deletionsLast(items) {
  const isDeletion = ({ request }) => request.method === 'DELETE';
  return [...items.filter((item) => !isDeletion(item)), ...items.filter(isDeletion)];
}

function play(collection) {
  return new Promise((resolve, reject) => {
    newman.run({ collection, reporters: [] }, (error, summary) => {
      if (error) reject(error);
      else resolve(summary.run.executions);
    });
  });
}

/** The example run has ended by the time its cancellation comes. */
function isGreen({ request, response }) {
  if (response.code < 300) return true;
  return (
    response.code === 409 &&
    request.url.toString().endsWith('/cancel') &&
    response.text().includes('run-ended')
  );
}

/** @param gateway one that knows no callers, with an embedded Airbyte that is new */
export async function tryPostman(gateway) {
  const description = await (await fetch(`${gateway.url}/openapi.json`)).text();
  const collection = await collectionOf(description);
  collection.item = deletionsLast(requestsOf(collection.item));
  const executions = await play(collection);
  const red = executions.filter((one) => !isGreen(one));
  const lines = red.map(
    ({ request, response }) => `${request.method} ${request.url}: ${response.code} ${response.text()}`,
  );
  return {
    generator: 'openapi-to-postmanv2, newman',
    version: '-',
    compiled: '-',
    calls: executions.length,
    result: red.length === 0 ? 'every example works' : `FAILED\n${lines.join('\n')}`,
  };
}
