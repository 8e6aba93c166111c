/** The connector failed, or its catalog is too large for this project. */
export type DiscoveryFault = 'connector' | 'catalog';

/** The streams of a source could not be discovered. The message is safe to show: it holds no secret. */
export class DiscoveryError extends Error {
  override readonly name = 'DiscoveryError';

  constructor(
    readonly fault: DiscoveryFault,
    message: string,
  ) {
    super(message);
  }
}
