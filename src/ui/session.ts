import { type components, IngestionClient, type Problem, ProblemError } from '@airbyte-ingestion/client';

type Capabilities = components['schemas']['Capabilities'];
type CapabilityName = components['schemas']['CapabilityName'];

const STORED_KEY = 'ingestion-key';

/** Permissions that this page asks about. */
export type Scope =
  'ingestion:read' | 'ingestion:write' | 'ingestion:destroy' | 'webhook:write' | 'operator:read';

/** The gateway that has served this page. A proxy may serve it below a path. */
export const GATEWAY_URL = new URL('..', location.href.split('#', 1)[0]).href.replace(/\/+$/, '');

/** Client, permissions and capabilities of the reader of this page. */
export class Session {
  readonly client: IngestionClient;

  private constructor(
    private readonly key: string | null,
    private readonly report: Capabilities,
    client: IngestionClient,
  ) {
    this.client = client;
  }

  /** @throws ProblemError `unauthenticated` if the key is wrong */
  static async open(key: string | null): Promise<Session> {
    const client = new IngestionClient({ url: GATEWAY_URL, ...(key !== null && { key }) });
    const report = answerOf<Capabilities>(await client.http.GET('/capabilities'));
    return new Session(key, report, client);
  }

  get callerName(): string | null {
    return this.report.caller?.name ?? null;
  }

  /** A firing without a run counts as missed after this time. */
  get missedRunToleranceMs(): number {
    return this.report.missedRunToleranceMinutes * 60_000;
  }

  /** Without authentication, everything is allowed. */
  may(scope: Scope): boolean {
    return this.report.caller === null || this.report.caller.scopes.includes(scope);
  }

  /** Whether the installation has a feature. A feature that was not used yet counts: its first use tells. */
  has(name: CapabilityName): boolean {
    return this.report.capabilities.some((one) => one.name === name && one.state !== 'off');
  }

  /** `GET` of a route that the API description does not contain. */
  async read(path: string, signal: AbortSignal): Promise<unknown> {
    const headers: Record<string, string> = this.key === null ? {} : { authorization: `Bearer ${this.key}` };
    const response = await fetch(`${GATEWAY_URL}${path}`, { headers, signal });
    const body: unknown = await response.json();
    if (!response.ok) throw new ProblemError(body as Problem, null); // every error of the gateway is a problem
    return body;
  }
}

interface Answer<T> {
  readonly data?: T | undefined;
  readonly error?: unknown;
}

/** @throws ProblemError */
export function answerOf<T>({ data, error }: Answer<T>): T {
  if (data === undefined) throw new ProblemError(error as Problem, null); // every error of the gateway is a problem
  return data;
}

/** The gateway writes into the page whether callers must authenticate. */
export function needsKey(): boolean {
  return document.querySelector<HTMLMetaElement>('meta[name=sign-in]')?.content === 'required';
}

/** The key is kept in memory. Only if the reader asks for it, the browser keeps it until the tab is closed. */
export const storedKey = {
  read: (): string | null => sessionStorage.getItem(STORED_KEY),
  write: (key: string): void => {
    sessionStorage.setItem(STORED_KEY, key);
  },
  remove: (): void => {
    sessionStorage.removeItem(STORED_KEY);
  },
};
