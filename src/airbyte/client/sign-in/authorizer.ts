/** Provides the `Authorization` header of requests to Airbyte. */
export interface Authorizer {
  /** Undefined if no header must be sent. */
  header(): string | undefined | Promise<string | undefined>;
  /** Call after Airbyte rejected this header. @returns true if a new header can be obtained */
  invalidate(header: string | undefined): boolean;
}
