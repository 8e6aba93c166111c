import { ConnectorError } from './connector';
import { LocalPathError, resolveLocalPath } from '../platform/local-path';

/** The environment variable with the folder that is mounted as `/local`. */
export const LOCAL_ROOT_VARIABLE = 'AIRBYTE_LOCAL_ROOT';

/** The folder that is mounted as `/local`. */
export function localRoot(): string {
  const root = process.env[LOCAL_ROOT_VARIABLE];
  if (root === undefined) throw new ConnectorError('system_error', `${LOCAL_ROOT_VARIABLE} is not set.`);
  return root;
}

/**
 * The file for a path of the configuration.
 * @throws ConnectorError config_error if it leaves `/local/`
 */
export function localPathOf(path: string): string {
  try {
    return resolveLocalPath(localRoot(), path);
  } catch (error) {
    if (error instanceof LocalPathError) throw new ConnectorError('config_error', error.message);
    throw error;
  }
}
