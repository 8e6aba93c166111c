import type { Actor } from '../store/actors';
import type { Failure } from '../store/jobs';
import type { Connectors } from './connectors';

/**
 * Why a job must not run with the stored configurations, or null. They fitted when they were made; an older version
 * validated less, and a connector's specification may have changed.
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
