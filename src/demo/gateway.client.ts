/** What the demo needs of a JSON object that came over the network. */
export type Json = Readonly<Record<string, unknown>>;

/** A minimal caller: what it does, any HTTP client can do. */
export class GatewayClient {
  constructor(
    readonly url: string,
    private readonly key: string | null,
  ) {}

  /** @throws Error with status and body when the answer is not the expected one. */
  async call(method: string, path: string, expected: number, body?: Json): Promise<Json> {
    const response = await fetch(this.url + path, {
      method,
      headers: {
        ...(body && { 'content-type': 'application/json' }),
        ...(this.key !== null && { authorization: `Bearer ${this.key}` }),
      },
      ...(body && { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(330_000),
    });
    const text = await response.text();
    if (response.status !== expected) {
      throw new Error(
        `${method} ${path} answered ${response.status}, not ${expected}: ${text.slice(0, 500)}`,
      );
    }
    return text === '' ? {} : asObject(JSON.parse(text));
  }
}

export function asObject(value: unknown): Json {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value };
  throw new Error(`expected a JSON object, got ${JSON.stringify(value)}`);
}

export function textOf(json: Json, member: string): string {
  const value = json[member];
  if (typeof value === 'string') return value;
  throw new Error(`expected ${member} to be a text, got ${JSON.stringify(value)}`);
}
