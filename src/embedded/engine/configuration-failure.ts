import type { Actor } from '../store/actors';
import type { Failure } from '../store/failure';
import type { Connectors } from './connectors';

/**
 * The failure of a stored configuration that is no longer valid, or null. An older version validated less, or the
 * connector's specification changed.
 */
export async function configurationFailure(
  connectors: Connectors,
  ...actors: readonly Actor[]
): Promise<Failure | null> {
  for (const { kind, id, definitionId, configuration } of actors) {
    const fault = await connectors.configurationFault(definitionId, configuration);
    if (fault !== null) {
      const message = `${fault} Change the configuration of ${kind} ${id}.`;
      return { type: 'config_error', origin: kind, message };
    }
  }
  return null;
}
