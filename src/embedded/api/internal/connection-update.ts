import { isZone } from '../../cron/zone';
import { publicApiError } from '../../cron/api-check';
import { TIME_UNITS, type Schedule } from '../../model/schedule';
import { numberAt, objectAt, stringAt, type JsonObject } from '../../platform/json';
import { CONNECTION_STATUSES, type Connection } from '../../store/connections';
import { checkExpression } from '../cron-check';
import { cronRefused, frameworkError, invalidZone, plainError, unprocessableInput } from '../errors';
import { enumMember } from '../input';
import type { ApiRequest } from '../router';
import { NAMESPACE_DEFINITIONS, SCHEMA_CHANGES } from './connection-body';

/** Far above every useful interval; the dates that follow from it stay within those of JavaScript. */
const MAX_UNITS = 100_000;

/**
 * A change of a connection by a ConnectionUpdate of Airbyte: absent members keep their values.
 * @param update the body, or its member `connectionUpdate`
 * @throws ApiError 400 or 422 if a member is invalid, 501 for a change of the streams
 */
export function connectionChange(
  request: ApiRequest,
  update: JsonObject,
): (before: Connection) => Connection {
  if (update['syncCatalog'] !== undefined)
    throw plainError(
      501,
      'The embedded Airbyte does not change streams by syncCatalog. Change them by PATCH of the public API.',
    );
  const status = enumMember(request, update, 'status', CONNECTION_STATUSES);
  const schedule = scheduleOf(request, update);
  const settings = settingsOf(request, update);
  const name = stringAt(update, 'name');
  return (before) => ({
    ...before,
    name: name ?? before.name,
    status: status ?? before.status,
    schedule: schedule ?? before.schedule,
    settings: { ...before.settings, ...settings },
  });
}

function settingsOf(request: ApiRequest, update: JsonObject): JsonObject {
  const publicName = (names: Readonly<Record<string, string>>, name: string): string | undefined => {
    const value = enumMember(request, update, name, Object.values(names));
    return Object.keys(names).find((key) => names[key] === value);
  };
  const members = {
    namespaceDefinition: publicName(NAMESPACE_DEFINITIONS, 'namespaceDefinition'),
    namespaceFormat: stringAt(update, 'namespaceFormat'),
    prefix: stringAt(update, 'prefix'),
    nonBreakingSchemaUpdatesBehavior: publicName(SCHEMA_CHANGES, 'nonBreakingChangesPreference'),
  };
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined));
}

/** Without a type, the data of a schedule are ignored, as in Airbyte. */
function scheduleOf(request: ApiRequest, update: JsonObject): Schedule | undefined {
  const type = enumMember(request, update, 'scheduleType', ['manual', 'basic', 'cron']);
  if (type === undefined) return undefined;
  if (type === 'manual') return { kind: 'manual' };
  const data = objectAt(update, 'scheduleData');
  if (data === undefined)
    throw unprocessableInput('schedule data must be populated if schedule type is populated');
  return type === 'basic' ? basicOf(request, data) : cronOf(request, data);
}

function basicOf(request: ApiRequest, data: JsonObject): Schedule {
  const basic = objectAt(data, 'basicSchedule');
  if (basic === undefined)
    throw unprocessableInput('if schedule type is basic, then scheduleData.basic must be populated');
  const timeUnit = enumMember(request, basic, 'timeUnit', TIME_UNITS);
  const units = numberAt(basic, 'units');
  if (
    timeUnit === undefined ||
    units === undefined ||
    !Number.isInteger(units) ||
    units < 1 ||
    units > MAX_UNITS
  )
    throw frameworkError(
      400,
      'Bad Request',
      request.path,
      `basicSchedule needs a timeUnit (${TIME_UNITS.join(', ')}) and whole units from 1 to ${MAX_UNITS}`,
    );
  return { kind: 'basic', timeUnit, units };
}

function cronOf({ path }: ApiRequest, data: JsonObject): Schedule {
  const cron = objectAt(data, 'cron');
  if (cron === undefined)
    throw unprocessableInput('if schedule type is cron, then scheduleData.cron must be populated');
  const expression = stringAt(cron, 'cronExpression');
  const timeZone = stringAt(cron, 'cronTimeZone');
  if (expression === undefined || timeZone === undefined)
    throw frameworkError(400, 'Bad Request', path, 'cron needs cronExpression and cronTimeZone');
  const refusal = publicApiError(expression);
  if (refusal !== null) throw cronRefused(expression, refusal);
  checkExpression(expression);
  if (timeZone.toLowerCase().startsWith('etc') || !isZone(timeZone)) throw invalidZone(timeZone);
  return { kind: 'cron', expression, timeZone };
}
