import { applyDecorators, type Type } from '@nestjs/common';
import { ApiHeader, ApiOkResponse, ApiResponse } from '@nestjs/swagger';

/** Documents the entity tag of an answer. */
export const ETAG_HEADER = {
  ETag: { description: 'Names this version.', schema: { type: 'string' as const } },
};

const HEADERS = {
  ...ETAG_HEADER,
  'Cache-Control': {
    description: 'A cache of the caller may keep the answer but has to ask before each use.',
    schema: { type: 'string' as const },
  },
};

/** Documents a read that answers 304 to who has this version already. */
export function ApiConditional(type: Type): MethodDecorator {
  return applyDecorators(
    ApiHeader({
      name: 'If-None-Match',
      required: false,
      description: 'The `ETag` of the version that the caller has.',
      schema: { type: 'string' },
      example: '"another-version"',
    }),
    ApiOkResponse({ type, headers: HEADERS }),
    ApiResponse({ status: 304, description: 'The caller has this version already.', headers: HEADERS }),
  );
}
