import { applyDecorators } from '@nestjs/common';
import { ApiProperty } from '@nestjs/swagger';
import { IsObject, IsOptional } from 'class-validator';
import { FreeForm } from '../../../api/validation/free-form';

const EXAMPLE = {
  dataset_name: 'orders',
  format: 'csv',
  url: '/local/samples/orders.csv',
  provider: { storage: 'local' },
};

/** An object whose members the schema of a connector defines. */
export function IsConfiguration({ required }: { readonly required: boolean }): PropertyDecorator {
  const context = { hint: 'Send an object, as the schema of GET /connector-definitions describes it.' };
  return applyDecorators(
    ApiProperty({
      type: 'object',
      additionalProperties: true,
      selfRequired: required,
      nullable: !required,
      example: EXAMPLE,
    }),
    ...(required ? [] : [IsOptional()]),
    IsObject({ message: required ? 'must be an object' : 'must be an object or null', context }),
    FreeForm(),
  );
}
