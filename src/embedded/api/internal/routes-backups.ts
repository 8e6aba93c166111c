import { isAbsolute } from 'node:path';
import { StandstillError } from '../../engine/standstill';
import { CopyTargetError } from '../../engine/copy-data-dir';
import { ApiError } from '../errors';
import { requiredString } from '../input';
import type { ApiRequest, Route } from '../router';
import { operation, requiredInteger } from './input';

/** Of {@link backupRoutes}. */
export interface BackupRouteOptions {
  /** Copies the data directory to a folder while all syncs rest at checkpoints. */
  readonly backUp: (target: string, waitMs: number) => Promise<void>;
}

const MAX_WAIT_S = 3600;

/** Not an operation of Airbyte. The program that backs up a running gateway uses it. */
export function backupRoutes(options: BackupRouteOptions): Route[] {
  return [operation('/backups/create', (request) => create(options, request))];
}

async function create({ backUp }: BackupRouteOptions, request: ApiRequest): Promise<object> {
  const folder = requiredString(request, 'folder');
  const waitS = requiredInteger(request, 'waitS');
  if (!isAbsolute(folder)) throw refusal(400, 'folder must be an absolute path');
  if (waitS < 1 || waitS > MAX_WAIT_S) throw refusal(400, `waitS must be from 1 to ${MAX_WAIT_S}`);
  try {
    await backUp(folder, 1000 * waitS);
  } catch (error) {
    if (error instanceof StandstillError) throw refusal(409, error.message);
    if (error instanceof CopyTargetError) throw refusal(400, error.message);
    throw error;
  }
  return { folder };
}

function refusal(status: 400 | 409, message: string): ApiError {
  return new ApiError(status, { status, message });
}
