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

/** Documents a read that returns 304 if the caller already has this version. */
export function ApiConditional(type: Type): MethodDecorator {
  return applyDecorators(
    ApiHeader({
      name: 'If-None-Match',
      required: false,
      description: 'The `ETag` of the cached version.',
      schema: { type: 'string' },
      example: '"another-version"',
    }),
    ApiOkResponse({ type, headers: HEADERS }),
    ApiResponse({
      status: 304,
      description: 'Not modified: the caller already has this version.',
      headers: HEADERS,
    }),
  );
}
