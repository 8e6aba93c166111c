import { applyDecorators, type Type } from '@nestjs/common';
import { ApiHeader, ApiOkResponse, ApiResponse } from '@nestjs/swagger';

/** Documents the entity tag of a response. */
export const ETAG_HEADER = {
  ETag: { description: 'Entity tag of this version.', schema: { type: 'string' as const } },
};

const HEADERS = {
  ...ETAG_HEADER,
  'Cache-Control': {
    description: 'A private cache may store the response and must revalidate it before each use.',
    schema: { type: 'string' as const },
  },
};

/** Documents the age of a response. */
export const AGE_HEADER = {
  Age: {
    description: 'Age of the oldest fact of the response, in seconds.',
    schema: { type: 'integer' as const, minimum: 0 },
  },
};

/** Documents a change that is only made to one version. */
export function ApiIfMatch(): MethodDecorator {
  return ApiHeader({
    name: 'If-Match',
    required: false,
    description: 'The `ETag` of the version to change; `*` for any.',
    schema: { type: 'string' },
    example: '*',
  });
}

/**
 * Documents a read that returns 304 if the caller already has this version.
 * @param options `isAged`: the response may be older than the request and has an `Age`
 */
export function ApiConditional(type: Type, { isAged = false } = {}): MethodDecorator {
  const headers = isAged ? { ...HEADERS, ...AGE_HEADER } : HEADERS;
  return applyDecorators(
    ...(isAged ? [ApiMaxAge()] : []),
    ApiHeader({
      name: 'If-None-Match',
      required: false,
      description: 'The `ETag` of the cached version.',
      schema: { type: 'string' },
      example: '"another-version"',
    }),
    ApiOkResponse({ type, headers }),
    ApiResponse({
      status: 304,
      description: 'Not modified: the caller already has this version.',
      headers,
    }),
  );
}

/** Documents that the caller can limit the age of a response. */
export function ApiMaxAge(): MethodDecorator {
  return ApiHeader({
    name: 'Cache-Control',
    required: false,
    description: 'Maximum age of the response: `no-cache`, or `max-age` in seconds.',
    schema: { type: 'string' },
    example: 'max-age=5',
  });
}
