import type { Connectors } from '../engine/connectors';
import { canonicalJson, stringAt, type JsonObject } from '../platform/json';
import { maskedSecret, mergeConfiguration, restoreSecrets } from '../secrets/unmask';
import { withoutType, type Actor, type ActorKind } from '../store/actors';
import { badRequest, unprocessable } from './errors';

/** A configuration that passed validation and the connection check, with its masked form. */
export type CheckedConfiguration = Pick<Actor, 'configuration' | 'shown'>;

/**
 * The connector that a creation names, by its definition id or by the type in the configuration.
 * @throws ApiError 422 if neither is given or they differ, 400 if the connector is unknown
 */
export function definitionOf(
  kind: ActorKind,
  connectors: Connectors,
  body: JsonObject,
  configuration: JsonObject,
): string {
  const type = stringAt(configuration, `${kind}Type`);
  const requested = stringAt(body, 'definitionId');
  if (requested === undefined && type === undefined)
    throw unprocessable(`Send configuration.${kind}Type or definitionId: one of them names the connector.`);
  const definitionId = requested ?? connectors.definitionOf(kind, type ?? '');
  if (definitionId === null || !connectors.has(kind, definitionId))
    throw badRequest(connectors.unknownMessage(kind, definitionId ?? type ?? ''));
  const own = connectors.typeOf(definitionId);
  if (isDifferentConnector(kind, connectors, type, own))
    throw unprocessable(
      `configuration.${kind}Type is ${JSON.stringify(type)}, but definitionId ${definitionId} is the connector ${own}: send only one of them, or make them agree.`,
    );
  return definitionId;
}

/**
 * Validates a configuration against the connector's specification and runs the connector's check.
 * @throws ApiError 422 that names the invalid fields, or 400 with the connector's reason
 */
export async function checkConfiguration(
  kind: ActorKind,
  connectors: Connectors,
  definitionId: string,
  sent: JsonObject,
): Promise<CheckedConfiguration> {
  const configuration = withoutType(kind, sent);
  const fault = await connectors.configurationFault(definitionId, configuration);
  if (fault !== null) throw unprocessable(fault);
  const shown = await connectors.shown(definitionId, configuration);
  const masked = maskedSecret(configuration, shown);
  if (masked !== null)
    throw unprocessable(`${masked} is masked, and no value is stored for it. Send the real value.`);
  let checked = configuration;
  const failure = await connectors.check(definitionId, configuration, (changed) => {
    checked = withoutType(kind, changed);
  });
  if (failure !== null) throw badRequest(`The connection check failed: ${failure}`);
  return { configuration: checked, shown: await connectors.shown(definitionId, checked) };
}

/** The reason why a configuration is invalid or the connector's check fails; null if neither. Nothing is stored. */
export async function checkFailure(
  kind: ActorKind,
  connectors: Connectors,
  definitionId: string,
  sent: JsonObject,
): Promise<string | null> {
  const configuration = withoutType(kind, sent);
  const fault = await connectors.configurationFault(definitionId, configuration);
  return fault ?? connectors.check(definitionId, configuration);
}

/** The configuration after a PUT, which replaces it, or a PATCH, which changes some members. */
export function changedConfiguration(
  { kind, definitionId, configuration, shown }: Actor,
  connectors: Connectors,
  sent: JsonObject,
  replaces: boolean,
): JsonObject {
  const type = stringAt(sent, `${kind}Type`);
  const own = connectors.typeOf(definitionId);
  if (isDifferentConnector(kind, connectors, type, own))
    throw unprocessable(
      `configuration.${kind}Type cannot be changed from ${JSON.stringify(own)}: create another ${kind}.`,
    );
  const restored = restoreSecrets(withoutType(kind, sent), configuration, shown);
  return replaces ? restored : mergeConfiguration(configuration, restored);
}

/** Whether a type names another connector. An unknown type is ignored, as in Airbyte: the id decides. */
function isDifferentConnector(
  kind: ActorKind,
  connectors: Connectors,
  type: string | undefined,
  own: string,
): boolean {
  return type !== undefined && type !== own && connectors.definitionOf(kind, type) !== null;
}

export function isSameConfiguration(one: Actor, other: Actor): boolean {
  return canonicalJson(one.configuration) === canonicalJson(other.configuration);
}
