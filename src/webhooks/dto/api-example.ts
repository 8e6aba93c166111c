import { applyDecorators, type Type } from '@nestjs/common';
import {
  ApiBody,
  ApiExtraModels,
  ApiResponse,
  type ApiResponseOptions,
  getSchemaPath,
} from '@nestjs/swagger';

/** Documents a JSON answer with an example. */
export function ApiJson(
  status: number,
  model: Type,
  value: object,
  options: Pick<ApiResponseOptions, 'headers' | 'description'> = {},
): MethodDecorator {
  const content = {
    'application/json': { schema: { $ref: getSchemaPath(model) }, examples: examplesOf(value) },
  };
  return applyDecorators(
    ApiExtraModels(model),
    ApiResponse({ ...options, description: options.description ?? '', status, content }),
  );
}

/** Documents a JSON body with an example. */
export function ApiJsonBody(model: Type, value: object): MethodDecorator {
  return ApiBody({ type: model, examples: examplesOf(value) });
}

function examplesOf(value: object): Record<string, { summary: string; value: object }> {
  return { example: { summary: 'An example', value } };
}
