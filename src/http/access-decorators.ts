import { applyDecorators } from '@nestjs/common';
import { ApiBearerAuth, ApiExtension, ApiHeader, ApiSecurity } from '@nestjs/swagger';
import type { Scope } from './caller';
import { AddRouteRules } from './route-config';

/** Security schemes of the OpenAPI document. */
export const API_KEY_SCHEME = 'apiKey';
export const BEARER_SCHEME = 'bearer';

/**
 * Requires a scope if authentication is enabled. OpenAPI 3.0 has no scopes for these security schemes (Security Requirement
 * Object), so an extension contains the scope.
 */
export function RequiresScope(scope: Scope): MethodDecorator {
  return applyDecorators(
    AddRouteRules({ access: scope }),
    ApiSecurity(API_KEY_SCHEME),
    ApiBearerAuth(BEARER_SCHEME),
    ApiExtension('x-required-scope', scope),
  );
}

/** Requires authentication if it is enabled, and no scope. */
export function ForEveryCaller(): MethodDecorator {
  return applyDecorators(
    AddRouteRules({ access: 'any-scope' }),
    ApiSecurity(API_KEY_SCHEME),
    ApiBearerAuth(BEARER_SCHEME),
  );
}

/** Requires no authentication. The rate limit of the address applies. */
export function CountedOnly(): MethodDecorator {
  return AddRouteRules({ access: 'counted' });
}

/** Requires no authentication. */
export function Open(): MethodDecorator {
  return AddRouteRules({ access: 'open' });
}

/** Accepts an `Idempotency-Key`, so that a retry does not repeat the operation. */
export function Idempotent(): MethodDecorator {
  return applyDecorators(
    AddRouteRules({ idempotent: true }),
    ApiHeader({
      name: 'Idempotency-Key',
      required: false,
      description:
        'Unique text for this request, such as a UUID. A retry with the same key and body is not carried out again: it ' +
        'gets the first response, with `Idempotency-Replayed: true`.',
      schema: { type: 'string', minLength: 1, maxLength: 255, pattern: '^[\\x21-\\x7E]+$' },
    }),
  );
}
