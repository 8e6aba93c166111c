import { posix } from 'node:path';
import { isObject, type JsonObject } from '../platform/json';
import { configError, ConnectorError } from '../protocol/connector';
import { hasCode } from '../platform/system-error';
import { localPathOf } from '../protocol/local-root';

const KNOWN_MEMBERS = ['destination_path', 'destinationType'];

/**
 * The configured path of a local destination, without repeated slashes.
 * @throws ConnectorError config_error for another type, an unknown member, or a path outside of `/local/`
 */
export function destinationPath(config: JsonObject): string {
  const unknown = Object.keys(config).find((member) => !KNOWN_MEMBERS.includes(member));
  if (unknown !== undefined)
    throw configError(
      `${unknown} is not a member of the configuration. Remove it; destination_path is the only one.`,
    );
  const path = config['destination_path'];
  if (typeof path !== 'string' || path === '')
    throw configError('destination_path must be a text such as /local/out.');
  localPathOf(path);
  return posix.normalize(path);
}

/** The specification of a destination whose only member is `destination_path`. */
export function destinationPathSpec(title: string, description: string): JsonObject {
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title,
    type: 'object',
    required: ['destination_path'],
    properties: { destination_path: { type: 'string', minLength: 1, description } },
  };
}

/** Failures that a retry may avoid. */
const TRANSIENT: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full. Free some space.',
  EDQUOT: 'the disk quota is used up. Free some space.',
  EMFILE: 'too many files are open. Raise the limit of open files.',
  ENFILE: 'too many files are open. Raise the limit of open files.',
  EIO: 'the disk failed. Check it.',
};

/** Failures that the user has to fix. */
const CONFIGURATION: Readonly<Record<string, string>> = {
  EACCES: 'permission denied. Grant the user of the gateway write permission there.',
  EPERM: 'the operation is not permitted. Grant the user of the gateway write permission there.',
  EROFS: 'the file system is read-only. Choose another destination_path.',
  EISDIR: 'a folder of that name exists. Choose another destination_path.',
  ENOTDIR: 'a part of the path is not a folder. Choose another destination_path.',
  ENAMETOOLONG: 'a name is too long for the file system. Choose another destination_path.',
  EFBIG: 'the file would be too large for the file system. Choose another destination_path.',
};

/** Converts a file system error to a failure with the configured path. Messages do not contain paths of the host. */
export function explainFileError(error: unknown, path: string): unknown {
  if (error instanceof ConnectorError || !isObject(error)) return error;
  for (const [reasons, type] of [
    [TRANSIENT, 'transient_error'],
    [CONFIGURATION, 'config_error'],
  ] as const) {
    const code = Object.keys(reasons).find((each) => hasCode(error, each));
    if (code !== undefined)
      return new ConnectorError(type, `Cannot write ${path}: ${reasons[code]} (${code})`);
  }
  if (typeof error['syscall'] !== 'string') return error;
  return new ConnectorError(
    'system_error',
    `Cannot write ${path}: ${error['syscall']} failed with ${String(error['code'])}.`,
  );
}
