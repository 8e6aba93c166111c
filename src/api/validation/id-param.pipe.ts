import { type ArgumentMetadata, Injectable, type PipeTransform } from '@nestjs/common';
import { validationFailed } from '../problem/problem.exception';
import { faultOfId } from './decorators';

/** Validates ids, because they become part of the paths of requests to Airbyte. */
@Injectable()
export class IdParamPipe implements PipeTransform<string, string> {
  transform(value: string, metadata: ArgumentMetadata): string {
    const reason = faultOfId(value);
    if (reason === null) return value;
    throw validationFailed([
      {
        field: metadata.data ?? 'id',
        reason,
        hint: 'Use the connectionId from the response to the creation.',
      },
    ]);
  }
}
