/** The logger of the embedded Airbyte. The gateway passes its own. */
export interface EmbeddedLog {
  info(message: string): void;
  warn(message: string): void;
  error(message: string): void;
}

/** The current time, injected for tests. */
export type Now = () => Date;
