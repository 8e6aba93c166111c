import { type ArgumentMetadata, Injectable, type PipeTransform } from '@nestjs/common';
import { validationFailed } from '../problem/problem.exception';
import { faultOfId } from './decorators';

/** Lets ids through that are safe to put into a path upstream. */
@Injectable()
export class IdParamPipe implements PipeTransform<string, string> {
  transform(value: string, metadata: ArgumentMetadata): string {
    const reason = faultOfId(value);
    if (reason === null) return value;
    throw validationFailed([
      {
        field: metadata.data ?? 'id',
        reason,
        hint: 'Use the connectionId that creation gave.',
      },
    ]);
  }
}
