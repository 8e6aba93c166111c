import cronstrue from 'cronstrue';
import { publicApiError } from '../../cron/api-check';
import { nextFiring } from '../../cron/next';
import { parseQuartz, QuartzError } from '../../cron/quartz';
import type { JsonObject } from '../../platform/json';
import type { Now } from '../../platform/log';
import { requiredString } from '../input';
import { epochSeconds } from '../response-bodies';
import type { ApiRequest, Route } from '../router';
import { operation } from './input';

const EXECUTIONS = 3;

/** The next firings of an expression in UTC, and the reason if it is not accepted. */
export function cronRoutes(now: Now): Route[] {
  return [operation('/web_backend/describe_cron_expression', (request) => describe(request, now()))];
}

function describe(request: ApiRequest, from: Date): JsonObject {
  const cronExpression = requiredString(request, 'cronExpression');
  try {
    const validationErrorMessage = publicApiError(cronExpression);
    if (validationErrorMessage !== null) return { isValid: false, cronExpression, validationErrorMessage };
    const nextExecutions = executionsOf(cronExpression, from).map(epochSeconds);
    return { isValid: true, cronExpression, description: inWords(cronExpression), nextExecutions };
  } catch (error) {
    if (!(error instanceof QuartzError)) throw error;
    return { isValid: false, cronExpression, validationErrorMessage: error.message };
  }
}

function inWords(expression: string): string {
  return cronstrue.toString(expression, {
    use24HourTimeFormat: true,
    dayOfWeekStartIndexZero: false,
    throwExceptionOnParseError: false,
  });
}

function executionsOf(expression: string, from: Date): Date[] {
  const schedule = parseQuartz(expression);
  const found: Date[] = [];
  for (let next = nextFiring(schedule, from); next !== null; next = nextFiring(schedule, next)) {
    found.push(next);
    if (found.length === EXECUTIONS) break;
  }
  return found;
}
