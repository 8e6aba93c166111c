import { applyDecorators } from '@nestjs/common';
import { ApiParam } from '@nestjs/swagger';
import { ID_SCHEMA } from '../validation/decorators';
import { problemResponse } from './api-problems';

const EXAMPLES = {
  connectionId: 'conn-12345678-1234-1234-1234-123456789012',
  runId: '1',
  webhookId: 'whk_Yx8pT1nQ2b7Zr5Lk0sVdEw',
  eventId: 'evt_kT3v0bqB6m1d9uEo4pXy2w',
  destinationId: 'e478de0d-a3a0-475c-b019-25f7dd29e281',
  sourceId: '95e66a59-8045-4307-9678-63bc3c9b8c93',
};

/** Documents an id in the path, and the response to a path that is too long. */
export function ApiIdParam(name: keyof typeof EXAMPLES): MethodDecorator {
  return applyDecorators(
    ApiParam({
      name,
      description: 'The id from the response that created it.',
      schema: { ...ID_SCHEMA, example: EXAMPLES[name] },
    }),
    problemResponse(414, ['uri-too-long']),
  );
}
