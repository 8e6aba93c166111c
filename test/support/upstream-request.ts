/** A request as it reached the upstream. */
export interface UpstreamRequest {
  readonly method: string;
  /** Below the API's base, without the query; not decoded. */
  readonly path: string;
  /** Such as `GET /connections/:id`. */
  readonly operation: string;
  /** The last segment of the path, decoded, where the operation has one. */
  readonly id: string;
  readonly query: URLSearchParams;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: unknown;
  /** Epoch milliseconds. */
  readonly at: number;
}
