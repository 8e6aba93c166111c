import type { FieldErrorDto } from '../../api/problem/problem.dto';
import { MAX_FIELD_ERRORS } from '../../api/problem/problem.exception';
import type { SourceStream, StreamInput } from '../client/model/airbyte-types';
import { nameList, Suggestions } from '../core/suggestions';

/** Airbyte's default sync mode. */
const DEFAULT_MODE = 'full_refresh_overwrite';
/** Airbyte accepts this mode although it never lists it. */
const UNLISTED_MODE = 'full_refresh_overwrite_deduped';

/** A requested stream, its path in the body, and the matching stream of the source. */
interface StreamChoice {
  readonly path: string;
  readonly requested: StreamInput;
  readonly stream: SourceStream;
  /** Top-level field names; empty if the schema lists none, which disables the check. */
  readonly fieldNames: ReadonlySet<string>;
  readonly suggestions: Suggestions;
}

/**
 * Validates requested streams against the source's streams. Reports only errors that every Airbyte version
 * rejects.
 */
export function streamErrors(
  requested: readonly StreamInput[],
  existing: readonly SourceStream[],
): FieldErrorDto[] {
  const byName = groupByName(existing);
  const suggestions = new Suggestions();
  const firstUses = new Map<string, number>();
  const errors: FieldErrorDto[] = [];
  for (const [index, stream] of requested.entries()) {
    if (errors.length >= MAX_FIELD_ERRORS) break;
    const path = `streams[${index}]`;
    const key = JSON.stringify([stream.name, stream.namespace ?? null]);
    const firstUse = firstUses.get(key);
    firstUses.set(key, firstUse ?? index);
    if (firstUse !== undefined) {
      errors.push(duplicateError(path, firstUse));
      continue;
    }
    const sameName = byName.get(stream.name);
    if (!sameName) {
      errors.push(unknownNameError(path, stream.name, [...byName.keys()], suggestions));
      continue;
    }
    const matching = sameName.filter(
      ({ namespace }) => stream.namespace === undefined || stream.namespace === (namespace ?? ''),
    );
    if (matching.length === 0) errors.push(unknownNamespaceError(path, stream.name, sameName));
    // If several streams have this name, Airbyte's choice is unknown.
    const [only] = matching;
    if (only && matching.length === 1) errors.push(...choiceErrors(path, stream, only, suggestions));
  }
  return errors;
}

function groupByName(streams: readonly SourceStream[]): ReadonlyMap<string, readonly SourceStream[]> {
  const byName = new Map<string, SourceStream[]>();
  for (const stream of streams) {
    const known = byName.get(stream.name);
    if (known) known.push(stream);
    else byName.set(stream.name, [stream]);
  }
  return byName;
}

function choiceErrors(
  path: string,
  requested: StreamInput,
  stream: SourceStream,
  suggestions: Suggestions,
): FieldErrorDto[] {
  const fieldNames = new Set(stream.fields.flatMap(([name]) => name ?? []));
  const choice = { path, requested, stream, fieldNames, suggestions };
  const error = modeError(choice);
  // The required cursor and key depend on the mode.
  if (error) return [error];
  return [cursorError(choice), keyError(choice)].filter((one) => one !== null);
}

function modeError({
  path,
  requested: { syncMode },
  stream: { syncModes },
}: StreamChoice): FieldErrorDto | null {
  const mode = syncMode ?? DEFAULT_MODE;
  if (syncModes === null || syncModes.includes(mode) || mode === UNLISTED_MODE) return null;
  const reason =
    syncMode === undefined
      ? `is left out, which means ${DEFAULT_MODE}, and that is not possible for this stream and this destination`
      : 'is not possible for this stream and this destination';
  return { field: `${path}.syncMode`, reason, hint: `The modes are: ${nameList(syncModes)}.` };
}

function cursorError(choice: StreamChoice): FieldErrorDto | null {
  const { requested, stream } = choice;
  const { cursorField = [], syncMode = DEFAULT_MODE } = requested;
  const { defaultCursorField, isCursorSourceDefined } = stream;
  const field = `${choice.path}.cursorField`;
  if (!hasField(choice, cursorField)) return unknownFieldError(field, cursorField, choice);
  if (!syncMode.startsWith('incremental')) return null;
  if (cursorField.length === 0) {
    const hasCursor = defaultCursorField.length > 0 || isCursorSourceDefined;
    const reason = 'is missing: this stream has no default cursor';
    return hasCursor ? null : { field, reason, hint: fieldsHint(choice) };
  }
  const isFixed = isCursorSourceDefined && defaultCursorField.length > 0;
  if (!isFixed || isSamePath(cursorField, defaultCursorField)) return null;
  const reason = `cannot be chosen: the source defines ${nameList([defaultCursorField.join('.')])} as the cursor`;
  return { field, reason, hint: 'Leave cursorField out.' };
}

function keyError(choice: StreamChoice): FieldErrorDto | null {
  const { primaryKey = [], syncMode } = choice.requested;
  const field = `${choice.path}.primaryKey`;
  const unknown = primaryKey.find((part) => !hasField(choice, part));
  if (unknown) return unknownFieldError(field, unknown, choice);
  const hasKey = primaryKey.length > 0 || choice.stream.sourceDefinedPrimaryKey.length > 0;
  if (hasKey || syncMode !== 'incremental_deduped_history') return null;
  const reason = `is missing: ${syncMode} needs a key, and the source defines none`;
  return { field, reason, hint: fieldsHint(choice) };
}

/** Compares only the first path segment: Airbyte does not list fields inside arrays and unions. */
function hasField({ fieldNames }: StreamChoice, [first]: readonly string[]): boolean {
  return fieldNames.size === 0 || first === undefined || fieldNames.has(first);
}

function unknownFieldError(field: string, path: readonly string[], choice: StreamChoice): FieldErrorDto {
  const reason = `names no field of this stream: ${nameList([path.join('.')])}`;
  return { field, reason, hint: fieldsHint(choice, path[0]) };
}

function fieldsHint({ fieldNames, suggestions }: StreamChoice, misspelt?: string): string {
  const names = [...fieldNames];
  if (names.length === 0) return 'The source lists no fields of this stream.';
  const suggestion = misspelt === undefined ? '' : suggestions.for(misspelt, names);
  return `${suggestion}The fields are: ${nameList(names)}.`;
}

function unknownNameError(
  path: string,
  name: string,
  names: readonly string[],
  suggestions: Suggestions,
): FieldErrorDto {
  const hint =
    names.length === 0
      ? 'The source has no streams. Check its configuration.'
      : `${suggestions.for(name, names)}The streams are: ${nameList(names)}.`;
  return { field: `${path}.name`, reason: 'names no stream of the source', hint };
}

function unknownNamespaceError(path: string, name: string, sameName: readonly SourceStream[]): FieldErrorDto {
  const namespaces = sameName.flatMap(({ namespace }) => namespace ?? []);
  const hint =
    namespaces.length === 0
      ? 'The stream has no namespace. Leave it out.'
      : `The namespaces are: ${nameList(namespaces)}.`;
  return { field: `${path}.namespace`, reason: `is not a namespace of ${nameList([name])}`, hint };
}

function duplicateError(path: string, firstUse: number): FieldErrorDto {
  const reason = `names the same stream as streams[${firstUse}]`;
  return { field: `${path}.name`, reason, hint: 'Name each stream once.' };
}

function isSamePath(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((part, index) => part === other[index]);
}
