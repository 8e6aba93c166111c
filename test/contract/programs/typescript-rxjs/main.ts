import { orders } from '../support';
import { Configuration, IngestionApi, type IngestionStatusReport, RunsApi, ScheduleType } from './generated';

/** Only compiled: its requests are those of a browser. */
export async function story(basePath: string, apiKey: string): Promise<IngestionStatusReport> {
  const configuration = new Configuration({ basePath, apiKey });
  const [ingestions, runs] = [new IngestionApi(configuration), new RunsApi(configuration)];
  const schedule = { scheduleType: ScheduleType.Cron, cronExpression: '0 2 * * *' };
  const createIngestionInput = { ...orders, schedule };
  const { connectionId } = await ingestions
    .createIngestion({ createIngestionInput, idempotencyKey: 'rxjs' })
    .toPromise();
  const { runId } = await runs.startRun({ connectionId }).toPromise();
  await runs.getRun({ connectionId, runId, wait: 30 }).toPromise();
  return ingestions.getIngestionStatus({ connectionId }).toPromise();
}
