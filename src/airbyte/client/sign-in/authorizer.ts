/** Gives the `Authorization` header of a call. */
export interface Authorizer {
  /** Undefined: no header is sent. */
  header(): string | undefined | Promise<string | undefined>;
  /** Airbyte refused this header. @returns true when another may be had */
  invalidate(header: string | undefined): boolean;
}
