import type { AirbyteSettings } from '../../../src/config/settings-types';
import { arrayAt, isJson, type Json, textAt } from './json';

/** An answer, its body an empty object when it is none. */
export interface Answer {
  readonly status: number;
  readonly body: Json;
}

/** Calls an API that speaks JSON. */
export class Caller {
  constructor(
    private readonly url: string,
    private readonly authorization: string | null = null,
  ) {}

  async call(method: string, path: string, body?: unknown): Promise<Answer> {
    const response = await fetch(this.url + path, {
      method,
      headers: {
        ...(this.authorization === null ? {} : { authorization: this.authorization }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    const value: unknown = text.startsWith('{') ? JSON.parse(text) : {};
    return { status: response.status, body: isJson(value) ? value : {} };
  }

  /** The body of an answer with the given status; anything else is an error that says what was answered. */
  async expect(status: number, method: string, path: string, body?: unknown): Promise<Json> {
    const answer = await this.call(method, path, body);
    if (answer.status === status) return answer.body;
    throw new Error(
      `${method} ${path}: ${answer.status} where ${status} was due: ${JSON.stringify(answer.body)}`,
    );
  }
}

/** The objects of a list's page. */
export function pageOf(body: Json): readonly Json[] {
  return arrayAt(body, 'data').filter(isJson);
}

/** A caller of an Airbyte itself, signed in as the settings say. */
export async function signedIn(settings: AirbyteSettings): Promise<Caller> {
  const { credentials } = settings;
  switch (credentials.kind) {
    case 'none':
      return new Caller(settings.apiUrl);
    case 'token':
      return new Caller(settings.apiUrl, `Bearer ${credentials.token}`);
    case 'basic': {
      const pair = Buffer.from(`${credentials.username}:${credentials.password}`).toString('base64');
      return new Caller(settings.apiUrl, `Basic ${pair}`);
    }
    case 'client': {
      const token = await new Caller(settings.apiUrl).expect(200, 'POST', '/applications/token', {
        client_id: credentials.clientId,
        client_secret: credentials.clientSecret,
        'grant-type': 'client_credentials',
        grant_type: 'client_credentials',
      });
      return new Caller(settings.apiUrl, `Bearer ${textAt(token, 'access_token')}`);
    }
  }
}
