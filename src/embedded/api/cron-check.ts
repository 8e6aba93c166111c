import { parseQuartz, QuartzError } from '../cron/quartz';
import { cronRefused } from './errors';

/** @throws ApiError 400 if the scheduler cannot read an expression that the check of the API accepts */
export function checkExpression(expression: string): void {
  try {
    parseQuartz(expression);
  } catch (error) {
    if (error instanceof QuartzError) throw cronRefused(expression, error.message);
    throw error;
  }
}
