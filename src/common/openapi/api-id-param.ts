import { ApiParam } from '@nestjs/swagger';
import { ID_PATTERN } from '../validation/decorators';

const EXAMPLES = { connectionId: '9924bcd0-99be-453d-ba47-c2c9766f7da5', runId: '1234' };

/** Documents an id in the path. */
export function ApiIdParam(name: keyof typeof EXAMPLES): MethodDecorator {
  return ApiParam({
    name,
    description: 'As creation gave it.',
    schema: {
      type: 'string',
      minLength: 1,
      maxLength: 128,
      pattern: ID_PATTERN.source,
      example: EXAMPLES[name],
    },
  });
}
