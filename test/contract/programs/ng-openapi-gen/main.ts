import type { HttpClient } from '@angular/common/http';
import { firstValueFrom } from 'rxjs';
import { nightly, orders } from '../support';
import { createIngestion, getIngestionStatus, startRun } from './generated/functions';
import type { IngestionStatusReport, Run } from './generated/models';

/** Only compiled: Angular runs in a browser. */
export async function story(http: HttpClient, url: string): Promise<IngestionStatusReport> {
  const body = { ...orders, schedule: nightly };
  const created = await firstValueFrom(createIngestion(http, url, { body, 'Idempotency-Key': 'ng' }));
  const { connectionId, schedule } = created.body;
  const expression: string | null = schedule.cronExpression;
  if (expression === null) throw new Error('the schedule comes back as sent');
  await firstValueFrom(startRun(http, url, { connectionId }));
  const { body: status } = await firstValueFrom(getIngestionStatus(http, url, { connectionId }));
  const last: Run | null = status.lastRun;
  const lastSync: string | null = status.lastSync;
  if (last === null && lastSync !== null) throw new Error('it has synced without a run');
  return status;
}
