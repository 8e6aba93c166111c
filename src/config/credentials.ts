import type { Environment } from './environment';
import {
  type AirbyteCredentials,
  type ApiKey,
  type OidcSettings,
  requiresAuthentication,
  SCOPES,
  type Settings,
} from './settings-types';

/** Requires complete pairs and at most one authentication method, so that no setting is ignored silently. */
export function readAirbyteCredentials(env: Environment): AirbyteCredentials {
  const client = readPair(env, 'AIRBYTE_CLIENT_ID', 'AIRBYTE_CLIENT_SECRET');
  const basic = readPair(env, 'AIRBYTE_USERNAME', 'AIRBYTE_PASSWORD');
  const token = env.secret('AIRBYTE_TOKEN');
  if ([client, basic, token].filter((way) => way !== null).length > 1) {
    env.complain(
      'AIRBYTE_CLIENT_ID, AIRBYTE_TOKEN and AIRBYTE_USERNAME',
      'are three authentication methods: set only one of them',
    );
  }
  if (client) return { kind: 'client', clientId: client[0], clientSecret: client[1] };
  if (token !== null) return { kind: 'token', token };
  if (basic) return { kind: 'basic', username: basic[0], password: basic[1] };
  return { kind: 'none' };
}

function readPair(env: Environment, first: string, second: string): [string, string] | null {
  const [a, b] = [env.text(first), env.secret(second)];
  if (a !== null && b !== null) return [a, b];
  if (a !== null) env.complain(second, `must be set when ${first} is`);
  if (b !== null) env.complain(first, `must be set when ${second} is`);
  return null;
}

/** `name:scope+scope:sha256[:workspaceId]`. A scope itself contains a colon. */
const API_KEY = new RegExp(
  `^([\\w.-]{1,64}):((?:${SCOPES.join('|')})(?:\\+(?:${SCOPES.join('|')}))*):([0-9a-fA-F]{64})(?::([\\w.~-]{1,128}))?$`,
);

/** Reads entries that are separated by commas or, in a file, by line breaks. */
export function readApiKeys(env: Environment): ApiKey[] {
  const entries = env.secret('API_KEYS')?.split(/,|\r?\n/) ?? [];
  const seen = new Set<string>();
  return entries.flatMap((entry, index) => {
    const [, name, scopes, sha256, workspaceId] = API_KEY.exec(entry.trim()) ?? [];
    if (name === undefined || scopes === undefined || sha256 === undefined) {
      env.complain(
        'API_KEYS',
        `entry ${index + 1} must read name:scopes:sha256-of-the-key[:workspaceId], with scopes of ${SCOPES.join(', ')} joined by +`,
      );
      return [];
    }
    if (seen.has(sha256.toLowerCase())) {
      env.complain('API_KEYS', `entry ${index + 1} has the key of another entry`);
    }
    seen.add(sha256.toLowerCase());
    return [
      { name, scopes: scopes.split('+'), sha256: sha256.toLowerCase(), workspaceId: workspaceId ?? null },
    ];
  });
}

export function readOidc(env: Environment): OidcSettings | null {
  const issuer = env.url('OIDC_ISSUER', ['https:', 'http:']);
  const audience = env.text('OIDC_AUDIENCE');
  const workspaceClaim = env.text('OIDC_WORKSPACE_CLAIM');
  if (issuer !== null && audience !== null) return { issuer, audience, workspaceClaim };
  if (issuer !== null) env.complain('OIDC_AUDIENCE', 'must be set when OIDC_ISSUER is');
  if (issuer === null && audience !== null) env.complain('OIDC_ISSUER', 'must be set when OIDC_AUDIENCE is');
  if (issuer === null && workspaceClaim !== null) {
    env.complain('OIDC_ISSUER', 'must be set when OIDC_WORKSPACE_CLAIM is');
  }
  return null;
}

/** It is a part of a URL and the only proof of the sender, so it has to be hard to guess. */
export function readNotificationToken(env: Environment): string | null {
  const token = env.secret('AIRBYTE_NOTIFICATION_TOKEN');
  if (token === null || /^[\w-]{24,128}$/.test(token)) return token;
  env.complain(
    'AIRBYTE_NOTIFICATION_TOKEN',
    'must have 24 to 128 letters, digits, - or _, as openssl rand -hex 24 makes them',
  );
  return null;
}

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|::1|\[::1\])$/;

export function isLoopback(host: string): boolean {
  return LOOPBACK.test(host);
}

/** Outside loopback, API keys, OIDC or `AUTH=off` must be configured. */
export function requireAuthenticationBeyondLoopback(env: Environment, settings: Settings): void {
  const isProtected = requiresAuthentication(settings);
  if (isProtected && settings.authOff) {
    env.complain('AUTH', 'must not be off when API_KEYS or OIDC_ISSUER is set');
  }
  if (!isProtected && !settings.authOff && !isLoopback(settings.host)) {
    env.complain(
      'HOST',
      'is reachable from other machines without authentication: set API_KEYS or OIDC_ISSUER, or AUTH=off to allow every request',
    );
  }
}
