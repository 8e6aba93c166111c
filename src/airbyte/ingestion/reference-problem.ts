import type { RequestContext } from '../../http/request-context';
import { ProblemException } from '../../api/problem/problem.exception';
import type { FieldErrorDto } from '../../api/problem/problem.dto';
import type { AirbyteClient } from '../client/airbyte.client';
import { AirbyteError } from '../client/model/airbyte-errors';
import { isNotFoundError } from '../core/upstream-problem';
import { isVisibleTo } from '../core/visibility';

type References = { readonly sourceId: string; readonly destinationId: string };
type Actor = { readonly workspaceId: string };

/**
 * Checks the ids of a creation: unknown source or destination, or different workspaces. Both are read, because
 * Airbyte stops at the first error, and its 403 and 500 do not name the field. Returns null if the ids are
 * valid.
 */
export async function referenceProblem(
  client: AirbyteClient,
  request: References,
  context: RequestContext,
): Promise<ProblemException | null> {
  const [source, destination] = await Promise.all([
    readVisible(request.sourceId, client.getSource(request.sourceId, context), context),
    readVisible(request.destinationId, client.getDestination(request.destinationId, context), context),
  ]);
  if (source && destination)
    return source.workspaceId === destination.workspaceId ? null : workspaceMismatch();
  const [isDestination, isSource] = await Promise.all([
    source ? null : readVisible(request.sourceId, client.getDestination(request.sourceId, context), context),
    destination
      ? null
      : readVisible(request.destinationId, client.getSource(request.destinationId, context), context),
  ]);
  const errors: FieldErrorDto[] = [];
  if (!source) errors.push(isDestination ? swappedIdError('source') : unknownIdError('source'));
  if (!destination) errors.push(isSource ? swappedIdError('destination') : unknownIdError('destination'));
  const fields = errors.map((error) => error.field).join(' and ');
  const verb = errors.length === 1 ? 'names' : 'name';
  return new ProblemException('reference-not-found', `Airbyte does not know what ${fields} ${verb}.`, {
    errors,
  });
}

/** A resource of another workspace is reported as not found. */
async function readVisible(id: string, read: Promise<Actor>, context: RequestContext): Promise<Actor | null> {
  try {
    const actor = await read;
    return isVisibleTo(actor, context) ? actor : null;
  } catch (error) {
    if (error instanceof AirbyteError && isNotFoundError(error, id)) return null;
    throw error;
  }
}

function workspaceMismatch(): ProblemException {
  const hint =
    'Choose a source and a destination of one workspace. GET /sources and GET /destinations show the workspaces.';
  const reason = 'is in a different workspace';
  return new ProblemException(
    'workspace-mismatch',
    'Airbyte connects a source and a destination of one workspace only.',
    { errors: ['sourceId', 'destinationId'].map((field) => ({ field, reason, hint })) },
  );
}

type Noun = 'source' | 'destination';

function swappedIdError(noun: Noun): FieldErrorDto {
  return {
    field: `${noun}Id`,
    reason: `is the id of a ${noun === 'source' ? 'destination' : 'source'}`,
    hint: 'Are sourceId and destinationId swapped? GET /sources and GET /destinations list the ids.',
  };
}

function unknownIdError(noun: Noun): FieldErrorDto {
  return {
    field: `${noun}Id`,
    reason: `names no ${noun} that Airbyte knows`,
    hint: `GET /${noun}s lists the ${noun}s that exist.`,
  };
}
