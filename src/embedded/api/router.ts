import type { JsonObject } from '../platform/json';

/** The parsed request that a handler receives. */
export interface ApiRequest {
  readonly path: string;
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly body: JsonObject;
  /** The User-Agent header; empty if absent. */
  readonly userAgent: string;
}

/** A success with a JSON body, a text or no body. */
export interface ApiResponse {
  readonly status: number;
  readonly body?: unknown;
  readonly text?: string;
}

export type Handler = (request: ApiRequest) => ApiResponse | Promise<ApiResponse>;

/** One operation of Airbyte. */
export interface Route {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Relative to the base path; `:name` matches one segment. */
  readonly path: string;
  /** True for operations that need no token. */
  readonly anonymous?: boolean;
  /** True if the body may also be a form. */
  readonly takesForms?: boolean;
  readonly handle: Handler;
}

/** The operations of Airbyte's public API, and of its internal API, which its web application uses. */
export interface Routes {
  readonly public: readonly Route[];
  readonly internal: readonly Route[];
}

/** The route that serves a path below the base, with its parameters, or null. */
export function matchRoute(
  routes: readonly Route[],
  method: string,
  path: string,
): { route: Route; params: Record<string, string> } | null {
  const segments = path.split('/');
  for (const route of routes) {
    if (route.method !== method) continue;
    const params = matchSegments(route.path.split('/'), segments);
    if (params !== null) return { route, params };
  }
  return null;
}

function matchSegments(
  pattern: readonly string[],
  segments: readonly string[],
): Record<string, string> | null {
  if (pattern.length !== segments.length) return null;
  const params: Record<string, string> = {};
  for (const [index, part] of pattern.entries()) {
    const segment = segments[index] ?? '';
    if (part.startsWith(':')) params[part.slice(1)] = segment;
    else if (part !== segment) return null;
  }
  return params;
}

const AIRBYTE_RESOURCES = new Set([
  'applications',
  'config_templates',
  'connections',
  'connector_definitions',
  'dataplanes',
  'destinations',
  'embedded',
  'groups',
  'jobs',
  'oauth',
  'organizations',
  'permissions',
  'regions',
  'sources',
  'streams',
  'tags',
  'users',
  'workspaces',
]);

/** Whether a path belongs to one of Airbyte's APIs, implemented here or not. */
export function isAirbytePath(api: keyof Routes, path: string): boolean {
  return api === 'internal' ? /^\/\w+\/\w+/.test(path) : AIRBYTE_RESOURCES.has(path.split('/')[1] ?? '');
}
