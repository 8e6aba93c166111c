import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isReference } from '../../src/api/openapi/described-operations';
import { PROBLEMS } from '../../src/api/problem/problem-catalogue';
import { document } from '../support/contract-document';
import { startGateway, type TestGateway } from '../support/gateway';

const ROOT = join(__dirname, '..', '..');
const OURS = 'http://127.0.0.1:3000';

interface Snippet {
  readonly page: string;
  /** One command line. */
  readonly command: string;
  /** Answer that the page shows; undefined if it shows none. */
  readonly shown: unknown;
}

/** Pages of problems are held to the description below; the other is of the embedded Airbyte's own API and settings. */
const BESIDE = /^docs\/(errors\/|embedded\.md$)/;

/** Problems of what is no operation, and so in no description. */
const STRAY: Readonly<Record<string, readonly [method: string, path: string]>> = {
  'route-not-found': ['GET', '/nowhere'],
  'method-not-allowed': ['PUT', '/ingestion'],
};

function pages(): string[] {
  const docs = readdirSync(join(ROOT, 'docs'), { recursive: true, encoding: 'utf8' });
  const names = docs.filter((name) => name.endsWith('.md')).map((name) => join('docs', name));
  return ['README.md', 'CONTRIBUTING.md', ...names].filter((page) => !BESIDE.test(page));
}

interface Block {
  readonly kind: string;
  readonly body: string;
}

function blocksOf(page: string): Block[] {
  const text = readFileSync(join(ROOT, page), 'utf8');
  const blocks = [...text.matchAll(/^ *```(\w*)\n([^]*?)^ *```/gm)];
  // own-data.e2e-spec.ts runs the scripts.
  return blocks.map(([, kind = '', body = '']) => ({ kind, body })).filter(({ kind }) => kind !== 'sh');
}

/** Every call of the gateway that a page shows; an answer belongs to the last call before it. */
function snippetsOf(page: string): Snippet[] {
  const blocks = blocksOf(page);
  return blocks.flatMap(({ body }, index) => {
    const commands = body
      .split(/\n(?=curl )/)
      .filter((line) => line.startsWith('curl ') && line.includes(OURS));
    const next = blocks[index + 1];
    return commands.map((command, nth) => ({
      page,
      command,
      shown:
        nth === commands.length - 1 && next?.kind === 'json' ? (JSON.parse(next.body) as unknown) : undefined,
    }));
  });
}

/** Reads the few options of curl that the pages use. */
function requestOf(command: string): { path: string; init: RequestInit } {
  const url = new RegExp(`${OURS}([^\\s'"]*)`).exec(command)?.[1] ?? '';
  const body = /-d '([^]*?)'(\s|$)/.exec(command)?.[1];
  const method = /-X (\w+)/.exec(command)?.[1] ?? (body === undefined ? 'GET' : 'POST');
  const headers = [...command.matchAll(/-H '([^:]+): ([^']*)'/g)].map(
    ([, name = '', value = '']): [string, string] => [name, value],
  );
  return { path: url, init: { method, headers, ...(body !== undefined && { body }) } };
}

/** Names and kinds of everything in a value: ids and times differ from run to run. */
function shapeOf(value: unknown): unknown {
  if (typeof value === 'string' && /^\d{4}-\d\d-\d\dT/.test(value)) return 'a time';
  if (Array.isArray(value)) return value.map(shapeOf);
  if (typeof value !== 'object' || value === null) return typeof value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, shapeOf(member)]));
}

describe('the answers on the pages', () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'snippets-'));
  const snippets = pages().flatMap(snippetsOf);
  let gateway: TestGateway;

  beforeAll(async () => {
    gateway = await startGateway({ DATA_DIR: dataDir });
  });
  afterAll(async () => {
    await gateway.close();
    rmSync(dataDir, { recursive: true });
  });

  it('is tried, all of it: no call and no answer is left out', () => {
    const blocks = pages().flatMap(blocksOf);
    const calls = blocks.flatMap(({ body }) => body.match(/\bcurl\b/g) ?? []);
    expect(snippets).toHaveLength(calls.length);
    const answers = blocks.filter(({ kind }) => kind === 'json');
    expect(snippets.filter(({ shown }) => shown !== undefined)).toHaveLength(answers.length);
  });

  it.each(snippets)('works: $page, $command', async ({ command, shown }) => {
    const { path, init } = requestOf(command);
    const response = await fetch(gateway.url + path, init);
    const answer: unknown = await response.json();
    expect({ isOk: response.ok, answer }).toMatchObject({ isOk: true });
    expect(shapeOf(answer)).toEqual(shapeOf(shown ?? answer));
  });

  it.each(Object.keys(PROBLEMS))('is the answer: docs/errors/%s.md', async (code) => {
    const [example] = blocksOf(join('docs', 'errors', `${code}.md`)).filter(({ kind }) => kind === 'json');
    const shown: unknown = JSON.parse(example?.body ?? 'null');
    const stray = STRAY[code];
    const answer = stray ? await answerTo(...stray) : exampleOf(code);
    const comparable = stray ? shapeOf : (value: unknown) => value;
    expect(comparable(shown)).toEqual(comparable(answer));
  });

  async function answerTo(method: string, path: string): Promise<unknown> {
    return (await fetch(gateway.url + path, { method })).json();
  }

  function exampleOf(code: string): unknown {
    const example = document.components?.examples?.[code];
    return example && !isReference(example) ? example.value : undefined;
  }
});
