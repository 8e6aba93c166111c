import type { RequestContext } from '../../common/http/request-context';
import { ProblemException } from '../../common/problem/problem.exception';
import type { FieldErrorDto } from '../../common/problem/problem.dto';
import type { AirbyteClient } from '../client/airbyte.client';
import { AirbyteError } from '../client/airbyte.errors';
import { isUnknown } from './airbyte-problem';
import { isInSight } from './visibility';

/**
 * After a creation that Airbyte refused with 404 or 403: the fields whose ids it does not know. Airbyte looks at the
 * destination first and stops there, and on Airbyte Cloud its 403 does not say what it is about, so both are read.
 * Null if both can be read and something else was wrong.
 */
export async function unknownReferences(
  client: AirbyteClient,
  request: { readonly sourceId: string; readonly destinationId: string },
  context: RequestContext,
): Promise<ProblemException | null> {
  const [source, destination] = await Promise.all([
    isOutOfSight(request.sourceId, client.getSource(request.sourceId, context), context),
    isOutOfSight(request.destinationId, client.getDestination(request.destinationId, context), context),
  ]);
  const errors = [
    ...(source ? [fieldError('sourceId', 'source', '/sources')] : []),
    ...(destination ? [fieldError('destinationId', 'destination', '/destinations')] : []),
  ];
  if (errors.length === 0) return null;
  const fields = errors.map((error) => error.field).join(' and ');
  return new ProblemException('reference-not-found', `Airbyte does not know what ${fields} names.`, {
    errors,
  });
}

/** What another workspace has is as unknown as what nobody has. */
async function isOutOfSight(
  id: string,
  read: Promise<{ readonly workspaceId: string }>,
  context: RequestContext,
): Promise<boolean> {
  try {
    return !isInSight(await read, context);
  } catch (error) {
    if (error instanceof AirbyteError) return isUnknown(error, id);
    throw error;
  }
}

function fieldError(field: string, noun: string, path: string): FieldErrorDto {
  return {
    field,
    reason: `names no ${noun} that Airbyte knows`,
    hint: `Airbyte lists the ${noun}s that exist at GET ${path} of its API, and in its web pages.`,
  };
}
