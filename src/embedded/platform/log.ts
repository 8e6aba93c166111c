/** Where the embedded Airbyte tells people what happens; the gateway hands over its own logger. */
export interface EmbeddedLog {
  info(message: string): void;
  warn(message: string): void;
  error(message: string): void;
}

/** A clock: the present instant, injected so that tests can set it. */
export type Now = () => Date;
