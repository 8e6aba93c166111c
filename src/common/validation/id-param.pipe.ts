import { type ArgumentMetadata, Injectable, type PipeTransform } from '@nestjs/common';
import { validationFailed } from '../problem/problem.exception';
import { ID_PATTERN } from './decorators';

/** Lets ids through that are safe to put into a path upstream. */
@Injectable()
export class IdParamPipe implements PipeTransform<string, string> {
  transform(value: string, metadata: ArgumentMetadata): string {
    if (ID_PATTERN.test(value)) return value;
    throw validationFailed([
      {
        field: metadata.data ?? 'id',
        reason: 'must be 1 to 128 characters of A-Z a-z 0-9 . _ ~ -',
        hint: 'Use the connectionId that creation gave.',
      },
    ]);
  }
}
