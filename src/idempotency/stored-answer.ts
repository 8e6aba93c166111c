import type { FastifyReply } from 'fastify';
import { type StoredAnswer, StoreUnavailable } from './idempotency-store';

/** Headers that are stored. The others apply to one HTTP response only. */
const KEPT_HEADERS = ['content-type', 'location'];

export function answerOf(reply: FastifyReply, body: string): StoredAnswer {
  const headers: Record<string, string> = {};
  for (const name of KEPT_HEADERS) {
    const value = reply.getHeader(name);
    if (value !== undefined) headers[name] = String(value);
  }
  return { status: reply.statusCode, headers, body };
}

/** @throws StoreUnavailable for a record of an unknown format */
export function parseAnswer(text: unknown): StoredAnswer {
  const record = jsonOf(text);
  if (typeof record === 'object' && record !== null && 'status' in record && 'body' in record) {
    const headers = 'headers' in record ? textsOf(record.headers) : {};
    if (typeof record.status === 'number' && typeof record.body === 'string') {
      return { status: record.status, headers, body: record.body };
    }
  }
  throw new StoreUnavailable('a record cannot be read');
}

function textsOf(value: unknown): Record<string, string> {
  if (typeof value !== 'object' || value === null) return {};
  return Object.fromEntries(
    Object.entries(value).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
}

function jsonOf(text: unknown): unknown {
  try {
    return typeof text === 'string' ? JSON.parse(text) : null;
  } catch (error) {
    throw new StoreUnavailable('a record cannot be read', { cause: error });
  }
}
