import { type ArgumentMetadata, Injectable } from '@nestjs/common';
import type { FieldErrorDto } from '../problem/problem.dto';
import { ProblemException, validationFailed } from '../problem/problem.exception';
import { RequestValidationPipe } from './validation.pipe';

/** Validates query parameters. A parameter must not be repeated. Messages call the values parameters, not fields. */
@Injectable()
export class QueryValidationPipe extends RequestValidationPipe {
  protected override readonly location = 'query';

  /** Cached results for an empty query, by class. Most requests have no parameters. */
  private readonly emptyResults = new Map<unknown, unknown>();

  override async transform(value: unknown, metadata: ArgumentMetadata): Promise<unknown> {
    if (hasMembers(value)) return this.validateEach(value, metadata);
    const { metatype } = metadata;
    const known = this.emptyResults.get(metatype) ?? Object.freeze(await super.transform(value, metadata));
    this.emptyResults.set(metatype, known);
    return known;
  }

  private async validateEach(value: unknown, metadata: ArgumentMetadata): Promise<unknown> {
    const repeated = namesOfRepeated(value);
    if (repeated.length === 0) return super.transform(value, metadata);
    throw validationFailed([
      ...repeated.map(sentMoreThanOnce),
      ...(await this.faultsOf(withoutRepetition(value), metadata)),
    ]);
  }

  private async faultsOf(query: object, metadata: ArgumentMetadata): Promise<readonly FieldErrorDto[]> {
    try {
      await super.transform(query, metadata);
      return [];
    } catch (error) {
      if (!(error instanceof ProblemException)) throw error;
      return error.extras.errors ?? [];
    }
  }
}

function hasMembers(query: unknown): boolean {
  return Object.keys(query ?? {}).length > 0;
}

/** Fastify collects the values of a repeated parameter in an array. */
function namesOfRepeated(query: unknown): string[] {
  if (typeof query !== 'object' || query === null) return [];
  return Object.entries(query).flatMap(([name, value]) => (Array.isArray(value) ? [name] : []));
}

function withoutRepetition(query: unknown): object {
  const entries = Object.entries(query ?? {}) as [string, unknown][];
  return Object.fromEntries(
    entries.map(([name, value]) => [name, Array.isArray(value) ? (value[0] as unknown) : value]),
  );
}

function sentMoreThanOnce(field: string): FieldErrorDto {
  return { field, reason: 'is repeated', hint: `Send ${field} once, with one value.` };
}
