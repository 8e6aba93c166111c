import type { Operation } from '../../../src/api/openapi/described-operations';
import { document } from '../../support/contract-document';
import { DESTINATION_ID, SOURCE_ID } from '../../support/scripted-upstream';

export const CONNECTION_ID = 'conn-12345678-1234-1234-1234-123456789012';
/** Of no webhook. */
export const WEBHOOK_ID = 'whk_Yx8pT1nQ2b7Zr5Lk0sVdEw';
const RUN_ID = '1';
export const ORDERS = { name: 'Orders to warehouse', sourceId: SOURCE_ID, destinationId: DESTINATION_ID };
export const CRON = { scheduleType: 'cron', cronExpression: '0 2 * * *' };

type Body = Readonly<Record<string, unknown>>;
export type Method = 'get' | 'post' | 'patch' | 'delete';
const METHODS: readonly Method[] = ['get', 'post', 'patch', 'delete'];

/** A new source or destination; each has the connector of its kind. */
const CONNECTOR = { name: 'Orders', configuration: { host: 'db.example' } };

/** A body of each operation that takes one, with what it requires. */
export const BODIES: Readonly<Record<string, Body>> = {
  createIngestion: ORDERS,
  checkIngestion: ORDERS,
  patchIngestion: { status: 'inactive' },
  createSource: { ...CONNECTOR, type: 'file' },
  checkNewSource: { ...CONNECTOR, type: 'file' },
  patchSource: { name: 'Orders of today' },
  createDestination: { ...CONNECTOR, type: 'postgres' },
  checkNewDestination: { ...CONNECTOR, type: 'postgres' },
  patchDestination: { name: 'Orders of today' },
  previewSchedule: { schedule: CRON },
  startRun: {},
  checkRun: {},
  getIngestionStatuses: { ids: [CONNECTION_ID] },
  // With ids, failures of Airbyte are results of each ingestion.
  pauseIngestions: { filter: {}, pause: { reason: 'The warehouse moves.' } },
  checkPause: { filter: {}, pause: { reason: 'The warehouse moves.' } },
  createWebhook: { url: 'https://hooks.example.com/airbyte' },
  patchWebhook: { description: 'Failures to the on-call team' },
  rotateWebhookSecret: { overlapSeconds: 60 },
  recoverWebhook: { since: '2026-01-15T00:00:00Z' },
};

/** A request of an operation that the gateway carries out. */
export interface Call {
  readonly id: string;
  readonly method: Method;
  /** As the description has it. */
  readonly template: string;
  readonly path: string;
  readonly body?: Body | undefined;
  readonly operation: Operation;
}

export function pathOf(template: string, ids: Readonly<Record<string, string>> = {}): string {
  const all: Readonly<Record<string, string>> = {
    connectionId: CONNECTION_ID,
    runId: RUN_ID,
    sourceId: SOURCE_ID,
    webhookId: WEBHOOK_ID,
    eventId: 'evt_kT3v0bqB6m1d9uEo4pXy2w',
    destinationId: DESTINATION_ID,
    name: 'orders',
    ...ids,
  };
  return template.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(all[name] ?? ''));
}

/** One of every operation. */
export const CALLS: readonly Call[] = Object.entries(document.paths).flatMap(([template, item]) =>
  METHODS.flatMap((method) => {
    const operation = item[method];
    if (!operation) return [];
    const id = operation.operationId ?? '';
    return [{ id, method, template, path: pathOf(template), body: BODIES[id], operation }];
  }),
);
