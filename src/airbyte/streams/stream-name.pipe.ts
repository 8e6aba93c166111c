import { Injectable, type PipeTransform } from '@nestjs/common';
import { validationFailed } from '../../api/problem/problem.exception';

export const MAX_STREAM_NAME = 1000;

/** Validates the name of a stream in a path. */
@Injectable()
export class StreamNamePipe implements PipeTransform<string, string> {
  transform(value: string): string {
    if (value !== '' && value.length <= MAX_STREAM_NAME) return value;
    throw validationFailed([
      {
        field: 'name',
        reason: `must have 1 to ${MAX_STREAM_NAME} characters`,
        hint: 'GET /sources/{sourceId}/streams lists the names.',
      },
    ]);
  }
}
