import { Injectable } from '@nestjs/common';
import type { FieldErrorDto } from '../../api/problem/problem.dto';
import { ProblemException } from '../../api/problem/problem.exception';
import { AirbyteError, type AirbyteErrorKind } from '../client/model/airbyte-errors';
import type { StreamInput } from '../client/model/airbyte-types';
import { airbyteProblem } from '../core/upstream-problem';
import { type ActorPair, type BoundedContext, StreamCatalog } from './stream-catalog';
import { streamErrors } from './stream-errors';

/** Kinds of Airbyte's error for invalid streams. */
const STREAM_KINDS: readonly AirbyteErrorKind[] = ['bad_request', 'unprocessable'];

/** Compares requested streams with those of the source. */
@Injectable()
export class StreamCheck {
  constructor(private readonly catalog: StreamCatalog) {}

  /**
   * @returns the invalid fields; null if Airbyte does not respond in time
   * @throws AirbyteError
   */
  async errorsOf(
    pair: ActorPair,
    streams: readonly StreamInput[],
    context: BoundedContext,
  ): Promise<FieldErrorDto[] | null> {
    const { sourceId, destinationId } = pair;
    const existing = await this.catalog.read({ sourceId, destinationId }, context);
    return existing && streamErrors(streams, existing);
  }

  /**
   * Names the fields that Airbyte refused.
   * @returns null if the refusal is not about streams, or no invalid field is found
   * @throws AirbyteError if the streams of the source cannot be read
   */
  async explain(
    refusal: AirbyteError,
    pair: ActorPair,
    streams: readonly StreamInput[],
    context: BoundedContext,
  ): Promise<ProblemException | null> {
    if (!STREAM_KINDS.includes(refusal.kind)) return null;
    const errors = await this.errorsOf(pair, streams, context);
    if (!errors || errors.length === 0) return null;
    const { code, detail, extras } = airbyteProblem(refusal);
    return new ProblemException(code, detail, { ...extras, errors });
  }
}
