import { createHash, randomBytes } from 'node:crypto';
import { WORKSPACE_ID } from './scripted-upstream';

const newKey = (): string => randomBytes(32).toString('hex');

/** API keys of callers that may read and write, only read, only write, or use a single workspace. */
export const KEYS = { writer: newKey(), reader: newKey(), limited: newKey(), weak: newKey() };

const entry = (name: keyof typeof KEYS, scopes: string, workspace = ''): string =>
  [name, scopes, createHash('sha256').update(KEYS[name]).digest('hex'), workspace].filter(Boolean).join(':');

/** The setting `API_KEYS` for {@link KEYS}. */
export const API_KEYS = [
  entry('writer', 'ingestion:read+ingestion:write'),
  entry('reader', 'ingestion:read'),
  entry('limited', 'ingestion:read+ingestion:write', WORKSPACE_ID),
  entry('weak', 'ingestion:write'),
].join(',');
