import { editDistance } from '../lib/edit-distance';

/** Maps common paths of other servers to routes of the gateway. */
const ALIASES: Readonly<Record<string, string>> = {
  '/api-docs': '/docs',
  '/connections': '/ingestion',
  '/health': '/health/ready',
  '/healthz': '/health/live',
  '/jobs': '/ingestion/{connectionId}/runs',
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
const ACTIONS: Readonly<Partial<Record<string, string>>> = {
  jobs: 'runs',
  start: 'runs',
  sync: 'runs',
  syncs: 'runs',
  trigger: 'runs',
};

const PREFIX = /^\/(?:api\/public\/v1|api\/v\d+|api|v\d+)(?=\/)/;
const MAX_EDITS = 2;
/** A short segment with two other letters is another word: `jobs` is not `docs`. */
const MIN_LETTERS_PER_EDIT = 3;
const MAX_PATH_LENGTH = 200;

/**
 * Returns the most similar route template, such as `/ingestion/{connectionId}`, or undefined.
 * @param templates all routes, with `:name` for a parameter
 */
export function nearestRoute(url: string, templates: readonly string[]): string | undefined {
  const path = normalise(url.split('?', 1)[0] ?? '');
  if (path.length > MAX_PATH_LENGTH) return undefined;
  const alias = ALIASES[path];
  if (alias !== undefined) return alias;
  const segments = segmentsOf(path).map((segment, index) =>
    index === 2 ? (ACTIONS[segment] ?? segment) : segment,
  );
  const ranked = templates
    .map((template) => ({ template, edits: editsTo(segmentsOf(template), segments) }))
    .filter(({ edits }) => edits <= MAX_EDITS)
    .sort((a, b) => a.edits - b.edits || a.template.length - b.template.length);
  const found = ranked[0]?.template ?? longestPrefix(path, templates);
  return found?.replace(/:(\w+)/g, '{$1}');
}

/** Removes the prefixes of other APIs and redundant slashes. Converts the path to lower case. */
function normalise(path: string): string {
  return path
    .toLowerCase()
    .replace(/\/{2,}/g, '/')
    .replace(PREFIX, '')
    .replace(/\/+$/, '');
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
