import { editDistance } from '../lib/edit-distance';

/** Maps common paths of other servers to routes of the gateway. */
const ALIASES: Readonly<Record<string, string>> = {
  '/api-docs': '/docs',
  '/health': '/health/ready',
  '/healthz': '/health/live',
  '/livez': '/health/live',
  '/openapi': '/openapi.json',
  '/openapi.yml': '/openapi.yaml',
  '/ping': '/health/live',
  '/readyz': '/health/ready',
  '/redoc': '/docs',
  '/status': '/health/ready',
  '/swagger': '/docs',
  '/swagger-ui': '/docs',
  '/swagger.json': '/openapi.json',
  '/swagger.yaml': '/openapi.yaml',
};

/** Maps the third path segment of other APIs to a segment of this API. */
const ACTIONS: ReadonlyMap<string, string> = new Map([
  ['clear', 'runs'],
  ['jobs', 'runs'],
  ['refresh', 'runs'],
  ['reset', 'runs'],
  ['start', 'runs'],
  ['sync', 'runs'],
  ['syncs', 'runs'],
  ['trigger', 'runs'],
]);

/** Maps the beginning of paths of other APIs. An underscore stands for any id. */
const REPLACEMENTS: readonly (readonly [pattern: RegExp, replacement: string])[] = [
  [/^\/connections?(?=\/|$)/, '/ingestion'],
  [/^\/(?:jobs?|runs?|syncs)(?=\/|$)/, '/ingestion/_/runs'],
  [/^\/ingestions?\/[^/]+\/logs?$/, '/ingestion/_/runs/_/logs'],
  [/^\/ingestions?\/[^/]+\/(?:cancel|abort|stop)$/, '/ingestion/_/runs/_/cancel'],
];

/** Maps actions of other APIs to the request that does the same here. */
const CHANGES: readonly (readonly [pattern: RegExp, request: string])[] = [
  [/^\/ingestions?\/[^/]+\/(?:pause|disable|deactivate)$/, '{"status": "inactive"}'],
  [/^\/ingestions?\/[^/]+\/(?:resume|unpause|enable|activate)$/, '{"status": "active"}'],
  [/^\/ingestions?\/[^/]+\/schedule$/, '{"schedule": {…}}'],
];

const PREFIX = /^\/(?:api\/public\/v1|api\/v\d+|api|v\d+)(?=\/)/;
const MAX_EDITS = 2;
/** A short segment with two other letters is another word: `jobs` is not `docs`. */
const MIN_LETTERS_PER_EDIT = 3;
const MAX_PATH_LENGTH = 200;

/**
 * Returns the most similar route template, such as `/ingestion/{connectionId}`, or the request that an unknown action
 * stands for, or undefined.
 * @param templates all routes, with `:name` for a parameter
 */
export function nearestRoute(url: string, templates: readonly string[]): string | undefined {
  const path = normalise(url.split('?', 1)[0] ?? '');
  if (path.length > MAX_PATH_LENGTH) return undefined;
  const alias = ALIASES[path];
  if (alias !== undefined) return alias;
  const change = CHANGES.find(([pattern]) => pattern.test(path))?.[1];
  if (change !== undefined) return `PATCH /ingestion/{connectionId} with ${change}`;
  const segments = segmentsOf(path).map((segment, index) =>
    index === 2 ? (ACTIONS.get(segment) ?? segment) : segment,
  );
  const ranked = templates
    .map((template) => ({ template, edits: editsTo(segmentsOf(template), segments) }))
    .filter(({ edits }) => edits <= MAX_EDITS)
    .sort((a, b) => a.edits - b.edits || a.template.length - b.template.length);
  const found = ranked[0]?.template ?? longestPrefix(path, templates);
  return found?.replace(/:(\w+)/g, '{$1}');
}

/** Replaces the prefixes of other APIs, and removes redundant slashes. Converts the path to lower case. */
function normalise(path: string): string {
  const plain = path
    .toLowerCase()
    .replace(/\/{2,}/g, '/')
    .replace(PREFIX, '')
    .replace(/\/+$/, '');
  return REPLACEMENTS.reduce((text, [pattern, replacement]) => text.replace(pattern, replacement), plain);
}

function segmentsOf(path: string): readonly string[] {
  return path.split('/').slice(1);
}

/** Returns the edit distance of the fixed segments; Infinity if one is another word. A parameter matches any segment. */
function editsTo(template: readonly string[], segments: readonly string[]): number {
  if (template.length !== segments.length) return Infinity;
  return template.reduce((sum, part, index) => {
    const segment = segments[index] ?? '';
    if (part.startsWith(':')) return sum;
    const edits = editDistance(part, segment);
    return edits * MIN_LETTERS_PER_EDIT > part.length ? Infinity : sum + edits;
  }, 0);
}

function longestPrefix(path: string, templates: readonly string[]): string | undefined {
  return templates
    .filter((template) => template !== '/' && path.startsWith(`${template}/`))
    .sort((a, b) => b.length - a.length)[0];
}
