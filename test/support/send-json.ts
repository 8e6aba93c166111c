export interface SendOptions {
  readonly body?: object;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Answer<T> {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: T;
}

/** Sends a request to a gateway. The body of the answer is JSON; nothing is read as `{}`. */
export async function sendJson<T>(
  baseUrl: string,
  method: string,
  path: string,
  { body, headers }: SendOptions = {},
): Promise<Answer<T>> {
  const response = await fetch(baseUrl + path, {
    method,
    headers: { ...headers, ...(body !== undefined && { 'content-type': 'application/json' }) },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return {
    status: response.status,
    headers: Object.fromEntries(response.headers),
    body: (text === '' ? {} : JSON.parse(text)) as T,
  };
}
