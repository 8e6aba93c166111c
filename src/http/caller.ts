/** What a caller may be allowed to do. */
export type Scope = 'ingestion:read' | 'ingestion:write';

/** Who sent a request, as far as its credentials tell. */
export interface Caller {
  /** Unique among callers: `key:<name>` or `oidc:<subject>`. */
  readonly id: string;
  readonly scopes: readonly string[];
  /** The only workspace whose things this caller sees and touches; null means all. */
  readonly workspaceId: string | null;
}
