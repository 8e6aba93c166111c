import supertest, { type Test } from 'supertest';
import type TestAgent from 'supertest/lib/agent';
import { checkAnswer } from './contract';

const origins = new Set<string>();
const plainFetch = globalThis.fetch;

/** Checks all further answers of this gateway to `fetch` against the API description. */
export function watchFetch(url: string): void {
  origins.add(new URL(url).origin);
  globalThis.fetch = checkedFetch;
}

/** An agent that checks every answer against the API description. */
export function checkedAgent(url: string): TestAgent {
  return supertest.agent(url).use((test: Test) => {
    test.expect((response) => {
      const { pathname, search } = new URL(test.url);
      checkAnswer({
        method: test.method,
        path: pathname + search,
        status: response.status,
        headers: new Map(Object.entries(response.headers as Record<string, string>)),
        text: response.text,
      });
    });
  });
}

async function checkedFetch(...[input, init]: Parameters<typeof fetch>): Promise<Response> {
  // A request that another is made from cannot be sent any more.
  const { url, method } =
    input instanceof Request ? input : { url: String(input), method: init?.method ?? 'GET' };
  const response = await plainFetch(input, init);
  const { origin, pathname, search } = new URL(url);
  if (!origins.has(origin)) return response;
  checkAnswer({
    method,
    path: pathname + search,
    status: response.status,
    headers: new Map(response.headers),
    text: await response.clone().text(),
  });
  return response;
}
