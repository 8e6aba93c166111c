import type { SCOPES } from '../config/settings-types';

/** Permission of a caller. */
export type Scope = (typeof SCOPES)[number];

/** The authenticated sender of a request. */
export interface Caller {
  /** Unique id: `key:<name>` or `oidc:<subject>`. */
  readonly id: string;
  readonly scopes: readonly string[];
  /** The only workspace that this caller can access. Null means all workspaces. */
  readonly workspaceId: string | null;
}
