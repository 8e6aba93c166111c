import { isAxiosError } from 'axios';
import { check, key, neverFires, nightly, orders, url } from '../support';
import { Configuration, IngestionApi, type Problem, type Run, RunsApi, ScheduleType } from './generated';

// Some of this generator's calls take both schemes at once; the gateway accepts a key as a bearer token as well.
const configuration = new Configuration({ basePath: url, apiKey: key, accessToken: key });
const ingestions = new IngestionApi(configuration);
const runsOf = new RunsApi(configuration);
const cron = { scheduleType: ScheduleType.Cron };

async function refusal(call: Promise<unknown>): Promise<Problem> {
  try {
    await call;
  } catch (error) {
    if (isAxiosError<Problem>(error) && error.response) return error.response.data;
    throw error;
  }
  throw new Error('it was not refused');
}

async function main(): Promise<void> {
  const { data: created } = await ingestions.createIngestion(
    { ...orders, schedule: { ...nightly, ...cron } },
    `typescript-axios-${Date.now()}`,
  );
  const { connectionId } = created;

  const { data: read } = await ingestions.getIngestion(connectionId);
  check(read.schedule?.cronExpression === '0 2 * * *', 'the schedule comes back as sent');

  const { data: list } = await ingestions.listIngestions(100);
  check(
    list.data.some((item) => item.connectionId === connectionId),
    'it is listed',
  );

  const problem = await refusal(
    ingestions.createIngestion({ ...orders, schedule: { ...neverFires, ...cron } }),
  );
  check(problem.code === 'validation-failed', 'the problem is typed');
  check(problem.errors?.[0]?.field === 'schedule.cronExpression', 'the problem names the field');

  let run: Run = (await runsOf.startRun(connectionId, undefined, {})).data;
  while (run.endedAt === null) run = (await runsOf.getRun(connectionId, run.runId, 30)).data;
  const { data: runs } = await runsOf.listRuns(connectionId, undefined, 1);
  check(runs.data[0]?.status === 'succeeded', 'the run is listed, succeeded');

  const { data: status } = await ingestions.getIngestionStatus(connectionId);
  check(status.lastSync && status.nextSync, 'the status tells both times');

  const deleted = await ingestions.deleteIngestion(connectionId);
  check(deleted.status === 204, 'it is deleted');
}

main().catch((error: unknown) => {
  console.error(isAxiosError(error) ? `${error.message} ${JSON.stringify(error.response?.data)}` : error);
  process.exitCode = 1;
});
