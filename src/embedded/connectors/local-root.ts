import { ConnectorError } from '../protocol/connector';
import { LocalPathError, resolveLocalPath } from '../local-path';

/** The environment variable by which the engine tells its connectors what `/local` stands for. */
export const LOCAL_ROOT_VARIABLE = 'AIRBYTE_LOCAL_ROOT';

/**
 * Where a path of the configuration lies.
 * @throws ConnectorError config_error when it leaves `/local/`
 */
export function localPathOf(path: string): string {
  const root = process.env[LOCAL_ROOT_VARIABLE];
  if (root === undefined) throw new ConnectorError('system_error', `${LOCAL_ROOT_VARIABLE} is not set.`);
  try {
    return resolveLocalPath(root, path);
  } catch (error) {
    if (error instanceof LocalPathError) throw new ConnectorError('config_error', error.message);
    throw error;
  }
}
