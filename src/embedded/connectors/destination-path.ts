import { posix } from 'node:path';
import { isObject, type JsonObject } from '../platform/json';
import { ConnectorError } from '../protocol/connector';
import { hasCode } from '../platform/system-error';
import { localPathOf } from '../protocol/local-root';

/** The members of a configuration that the platform adds. */
const KNOWN_MEMBERS = ['destination_path', 'destinationType'];

/**
 * The path that a local destination is configured with, without repeated slashes.
 * @throws ConnectorError config_error for another type, an unknown member, or a path outside of `/local/`
 */
export function destinationPath(config: JsonObject): string {
  const unknown = Object.keys(config).find((member) => !KNOWN_MEMBERS.includes(member));
  if (unknown !== undefined)
    throw new ConnectorError(
      'config_error',
      `${unknown} is not a member of the configuration. Remove it; destination_path is the only one.`,
    );
  const path = config['destination_path'];
  if (typeof path !== 'string' || path === '')
    throw new ConnectorError('config_error', 'destination_path must be a text such as /local/out.');
  localPathOf(path);
  return posix.normalize(path);
}

/** Failures that another try may not meet. */
const TRANSIENT: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full. Free some space.',
  EDQUOT: 'the disk quota is used up. Free some space.',
  EMFILE: 'too many files are open. Raise the limit of open files.',
  ENFILE: 'too many files are open. Raise the limit of open files.',
  EIO: 'the disk failed. Check it.',
};

/** Failures that the user must mend. */
const CONFIGURATION: Readonly<Record<string, string>> = {
  EACCES: 'the gateway has no permission. Give its user the right to write there.',
  EPERM: 'the operation is not permitted. Give the user of the gateway the right to write there.',
  EROFS: 'the file system is read-only. Choose another destination_path.',
  EISDIR: 'a folder is in the way. Choose another destination_path.',
  ENOTDIR: 'a part of the path is not a folder. Choose another destination_path.',
  ENAMETOOLONG: 'a name is too long for the file system. Choose another destination_path.',
  EFBIG: 'the file would be too large for the file system. Choose another destination_path.',
};

/** Explains an error of the file system by a path of the configuration: messages do not show paths of the host. */
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
