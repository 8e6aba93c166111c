import type { FieldErrorDto } from '../../api/problem/problem.dto';
import { validationFailed } from '../../api/problem/problem.exception';
import type { RequestContext } from '../../http/request-context';
import { scopeMissing } from '../../http/scope-missing';
import type { AirbyteClient } from '../client/airbyte.client';
import type { AirbyteConnection, AirbyteStream } from '../client/model/airbyte-types';
import type { RefreshMode, StartableType, StartRunDto } from '../core/dto/run.dto';
import { nameList, Suggestions } from '../core/suggestions';
import type { InternalClient } from '../internal/internal-client';
import type { StartKind } from './job-starter';

/** A validated request for a run. */
export interface RunPlan {
  readonly type: StartableType;
  /** Null unless it is a refresh. */
  readonly mode: RefreshMode | null;
  readonly isOfAllStreams: boolean;
  /** Streams of the connection that the run is about. */
  readonly streams: readonly AirbyteStream[];
}

/** Whether a run can remove rows that a sync would keep. */
export function emptiesTables({ type, mode }: Pick<StartRunDto, 'type' | 'mode'>): boolean {
  return type === 'clear' || (type === 'refresh' && mode === 'truncate');
}

/** @throws ProblemException `not-permitted` */
export function assertMayStart(request: StartRunDto, { caller }: RequestContext): void {
  if (!emptiesTables(request) || !caller) return;
  if (!caller.scopes.includes('ingestion:destroy')) throw scopeMissing('ingestion:destroy');
}

/** Call before anything is read. @throws ProblemException `validation-failed` for options of another type */
export function assertOptionsFit({ type, mode, streams, onConflict }: StartRunDto): void {
  const errors: FieldErrorDto[] = [];
  if (onConflict && (type ?? 'sync') !== 'sync') {
    const hint =
      'Leave onConflict out: a refresh and a clear cancel a run in progress. POST …/runs/check names it.';
    errors.push({ field: 'onConflict', reason: 'is possible for a sync only', hint });
  }
  if (mode && type !== 'refresh') {
    const hint = 'Leave mode out, or send {"type": "refresh"}.';
    errors.push({ field: 'mode', reason: 'is possible for a refresh only', hint });
  }
  if (streams && (type ?? 'sync') === 'sync') {
    const hint = 'Leave streams out: a sync has all streams of the ingestion.';
    errors.push({ field: 'streams', reason: 'is possible for a refresh or a clear only', hint });
  }
  if (errors.length > 0) throw validationFailed(errors);
}

/** @throws ProblemException `validation-failed` for streams that the ingestion does not have */
export function planOf(request: StartRunDto, connection: AirbyteConnection): RunPlan {
  const type = request.type ?? 'sync';
  const mode = type === 'refresh' ? (request.mode ?? 'merge') : null;
  if (!request.streams) return { type, mode, isOfAllStreams: true, streams: connection.streams };
  const suggestions = new Suggestions();
  const names = connection.streams.map(({ name }) => name);
  const errors: FieldErrorDto[] = [];
  const streams = request.streams.flatMap(({ name, namespace }, index) => {
    const matching = connection.streams.filter(
      (stream) => stream.name === name && (namespace == null || (stream.namespace ?? '') === namespace),
    );
    const [only] = matching;
    if (only && matching.length === 1) return [only];
    if (only) {
      const known = nameList(matching.map((stream) => stream.namespace ?? ''));
      errors.push({
        field: `streams[${index}].namespace`,
        reason: 'is missing: several streams of this ingestion have this name',
        hint: `The namespaces are: ${known}.`,
      });
      return [];
    }
    errors.push({
      field: `streams[${index}].name`,
      reason: 'names no stream of this ingestion',
      hint: `${suggestions.for(name, names)}Its streams are: ${nameList(names)}.`,
    });
    return [];
  });
  if (errors.length > 0) throw validationFailed(errors);
  return { type, mode, isOfAllStreams: false, streams };
}

/** Selects the call that starts the run. Only a refresh and a clear of some streams need the internal API. */
export function startKindOf(
  plan: RunPlan,
  connectionId: string,
  { client, internal }: { readonly client: AirbyteClient; readonly internal: InternalClient },
): StartKind {
  const streams = plan.isOfAllStreams ? [] : plan.streams;
  switch (plan.type) {
    case 'sync':
      return { jobTypes: ['sync'], send: (...call) => client.createJob(connectionId, ...call) };
    case 'refresh': {
      const options = { mode: plan.mode ?? 'merge', streams };
      return { jobTypes: ['refresh'], send: (...call) => internal.refresh(connectionId, options, ...call) };
    }
    case 'clear':
      return {
        // Airbyte calls the same job by either name, depending on its version.
        jobTypes: ['clear', 'reset'],
        send: (...call) =>
          plan.isOfAllStreams
            ? client.createClearJob(connectionId, ...call)
            : internal.clear(connectionId, streams, ...call),
      };
  }
}
