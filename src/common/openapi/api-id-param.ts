import { ApiParam } from '@nestjs/swagger';
import { ID_SCHEMA } from '../validation/decorators';

const EXAMPLES = { connectionId: '9924bcd0-99be-453d-ba47-c2c9766f7da5', runId: '1234' };

/** Documents an id in the path. */
export function ApiIdParam(name: keyof typeof EXAMPLES): MethodDecorator {
  return ApiParam({
    name,
    description: 'As creation gave it.',
    schema: { ...ID_SCHEMA, example: EXAMPLES[name] },
  });
}
