import { randomUUID } from 'node:crypto';
import type { Work } from './load';

/** The key that the gateway asks of its callers; the references ignore it. */
export const API_KEY = randomUUID();

const HEADERS = `Host: 127.0.0.1\r\nX-API-Key: ${API_KEY}\r\nAccept: application/json\r\n`;
let counter = 0;

export const CREATE: Work = {
  status: 201,
  request: () => {
    const body = JSON.stringify({
      name: `Orders to warehouse ${++counter}`,
      sourceId: '95e66a59-8045-4307-9678-63bc3c9b8c93',
      destinationId: 'e478de0d-a3a0-475c-b019-25f7dd29e281',
      schedule: { scheduleType: 'cron', cronExpression: '0 2 * * *' },
    });
    const head = `${HEADERS}Content-Type: application/json\r\nContent-Length: ${body.length}\r\n`;
    return `POST /ingestion HTTP/1.1\r\n${head}\r\n${body}`;
  },
};

export const STATUS: Work = { status: 200, request: () => statusRequest(`bench-${++counter}`) };

/** Ids of the upstream's population, each in turn. */
export function knownStatuses(ids: number, headers = ''): Work {
  return { status: 200, request: () => statusRequest(`known-${++counter % ids}`, headers) };
}

export function statusRequest(id: string, headers = ''): string {
  return getRequest(`/ingestion/${id}/status`, headers);
}

/** @param headers further lines, each with its line break */
export function getRequest(path: string, headers = ''): string {
  return `GET ${path} HTTP/1.1\r\n${HEADERS}${headers}\r\n`;
}

export function batchRequest(ids: readonly string[]): string {
  const body = JSON.stringify({ ids });
  const head = `${HEADERS}Content-Type: application/json\r\nContent-Length: ${body.length}\r\n`;
  return `POST /ingestion/status/batch HTTP/1.1\r\n${head}\r\n${body}`;
}
