import { SettingsError } from './config/environment';
import { parseApiKeys } from './config/settings';
import type { RunningGateway } from './start';

/**
 * On SIGHUP, reads the API keys again from the file that `API_KEYS_FILE` names. An invalid file changes nothing.
 */
export function reloadApiKeysOnSignal(
  gateway: Pick<RunningGateway, 'logger' | 'replaceApiKeys'>,
  environment: Readonly<Record<string, string | undefined>>,
): void {
  process.on('SIGHUP', () => {
    try {
      const keys = parseApiKeys(environment);
      gateway.replaceApiKeys(keys);
      gateway.logger.info({ keys: keys.map(({ name }) => name) }, 'API keys were read again');
    } catch (error) {
      if (!(error instanceof SettingsError)) throw error;
      gateway.logger.error(
        { complaints: error.complaints },
        'API keys were not replaced, because their file is invalid',
      );
    }
  });
}
