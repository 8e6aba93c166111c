/** The connector failed, or its catalog is too large. */
export type DiscoveryFault = 'connector' | 'catalog';

/** The streams of a source could not be discovered. Secrets in the message are masked. */
export class DiscoveryError extends Error {
  override readonly name = 'DiscoveryError';

  constructor(
    readonly fault: DiscoveryFault,
    message: string,
  ) {
    super(message);
  }
}
