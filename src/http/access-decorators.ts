import { applyDecorators } from '@nestjs/common';
import { ApiBearerAuth, ApiExtension, ApiHeader, ApiSecurity } from '@nestjs/swagger';
import type { Scope } from './caller';
import { AddRouteRules } from './route-config';

/** Names of the security schemes in the API description. */
export const API_KEY_SCHEME = 'apiKey';
export const BEARER_SCHEME = 'bearer';

/**
 * Lets only callers with this scope through, where anybody has to sign in at all. OpenAPI 3.0 has no place for the
 * scopes of these schemes (Security Requirement Object), so the extension names it.
 */
export function RequiresScope(scope: Scope): MethodDecorator {
  return applyDecorators(
    AddRouteRules({ access: scope }),
    ApiSecurity(API_KEY_SCHEME),
    ApiBearerAuth(BEARER_SCHEME),
    ApiExtension('x-required-scope', scope),
  );
}

/** Lets everybody through. */
export function Open(): MethodDecorator {
  return AddRouteRules({ access: 'open' });
}

/** Takes an `Idempotency-Key`, so that a caller may send it again without its being done twice. */
export function Idempotent(): MethodDecorator {
  return applyDecorators(
    AddRouteRules({ idempotent: true }),
    ApiHeader({
      name: 'Idempotency-Key',
      required: false,
      description:
        'Any text that names this one request, such as a UUID. Sent again with the same key and body, the request is not ' +
        'carried out again: the first answer comes back, with `Idempotency-Replayed: true`.',
      schema: { type: 'string', minLength: 1, maxLength: 255, pattern: '^[\\x21-\\x7E]+$' },
    }),
  );
}
