import { redact } from './mask';

/** Takes secrets out of texts before these are logged, kept or answered. */
export class Redactor {
  private readonly secrets = new Set<string>();

  constructor(secrets: readonly string[] = []) {
    this.add(secrets);
  }

  /** Adds secrets, those of a configuration that a connector changed, for one. */
  add(secrets: readonly string[]): void {
    for (const secret of secrets) this.secrets.add(secret);
  }

  redact(text: string): string {
    return redact(text, [...this.secrets]);
  }
}
