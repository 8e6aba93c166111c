import { ProblemException } from '../../api/problem/problem.exception';
import type { AirbyteError } from '../client/model/airbyte-errors';
import { maskedText } from '../core/mask-secrets';
import { airbyteProblem } from '../core/upstream-problem';

/** A connector's message may contain a log. */
const MAX_MESSAGE_CHARACTERS = 1000;
/** Airbyte writes it before the message of the connector. */
const NO_REASON = /^Something went wrong in the connector\. logs:\s*(?=\S)/;

/** Airbyte answers 500 if the connector fails. */
export function sourceUnreachable(error: AirbyteError): ProblemException {
  const { extras } = airbyteProblem(error);
  const message = error.upstreamMessage ?? 'The connector of the source failed, and Airbyte gave no reason.';
  const detail = maskedText(message.replace(NO_REASON, ''), MAX_MESSAGE_CHARACTERS);
  const upstream = {
    status: error.status ?? null,
    message: detail,
    errorId: extras.upstream?.errorId ?? null,
  };
  return new ProblemException('source-unreachable', detail, { ...extras, upstream });
}

export function sourceNotFound(): ProblemException {
  return new ProblemException(
    'source-not-found',
    "No source has this id, or the gateway's Airbyte credentials cannot access it. GET /sources lists the sources.",
  );
}

export function destinationNotFound(): ProblemException {
  return new ProblemException('reference-not-found', 'Airbyte does not know what destinationId names.', {
    errors: [
      {
        field: 'destinationId',
        reason: 'names no destination that Airbyte knows',
        hint: 'GET /destinations lists the destinations that exist.',
      },
    ],
  });
}

export function workspaceMismatch(): ProblemException {
  return new ProblemException(
    'workspace-mismatch',
    'Airbyte connects a source and a destination of one workspace only.',
    {
      errors: [
        {
          field: 'destinationId',
          reason: 'is in a different workspace',
          hint: 'Choose a destination of the workspace of the source. GET /destinations shows the workspaces.',
        },
      ],
    },
  );
}

/** @param reason names the stream, as the embedded Airbyte writes it */
export function streamNotFound(reason: string, sourceId: string): ProblemException {
  return new ProblemException(
    'stream-not-found',
    `${maskedText(reason, MAX_MESSAGE_CHARACTERS)} GET /sources/${sourceId}/streams lists the streams.`,
  );
}
