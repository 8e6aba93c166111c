import { readFileSync } from 'node:fs';
import { request } from 'node:http';
import { BackupError } from './backup-error';

/** The address and the credentials of an embedded Airbyte. */
interface Access {
  readonly apiUrl: string;
  readonly clientId: string;
  readonly clientSecret: string;
}

/**
 * Lets a running embedded Airbyte copy its data to a folder, while its syncs rest at checkpoints.
 * @param accessFile `api.json` in DATA_DIR
 * @throws BackupError if it is not running, or refuses
 */
export async function copyEmbedded(accessFile: string, folder: string, waitS: number): Promise<void> {
  const access = readAccess(accessFile);
  const token = await post(`${access.apiUrl}/applications/token`, '', {
    client_id: access.clientId,
    client_secret: access.clientSecret,
  });
  const bearer = typeof token['access_token'] === 'string' ? token['access_token'] : '';
  const url = new URL('/api/v1/backups/create', access.apiUrl).href;
  await post(url, `Bearer ${bearer}`, { folder, waitS });
}

function readAccess(path: string): Access {
  const content: unknown = JSON.parse(readFileSync(path, 'utf8'));
  const { apiUrl, clientId, clientSecret } = content as Partial<Record<keyof Access, unknown>>;
  if (typeof apiUrl !== 'string' || typeof clientId !== 'string' || typeof clientSecret !== 'string')
    throw new BackupError(`${path} has no address and credentials. Start the gateway once.`);
  return { apiUrl, clientId, clientSecret };
}

/** Without a time limit: the copy of large files takes long. `fetch` has one. */
function post(url: string, authorization: string, body: object): Promise<Record<string, unknown>> {
  return new Promise((resolve, reject) => {
    const call = request(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(authorization !== '' && { authorization }) },
    });
    call.on('response', (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      response.on('error', reject);
      response.on('end', () => {
        if (response.statusCode === 200) resolve(objectIn(text));
        else reject(new BackupError(messageIn(text)));
      });
    });
    call.on('error', (error: NodeJS.ErrnoException) => {
      reject(error.code === 'ECONNREFUSED' ? new BackupError(NOT_RUNNING) : error);
    });
    call.end(JSON.stringify(body));
  });
}

const NOT_RUNNING =
  'No gateway is running on this DATA_DIR. While it is stopped, copy the folder with any tool.';

function objectIn(text: string): Record<string, unknown> {
  const value: unknown = JSON.parse(text);
  return typeof value === 'object' && value !== null ? { ...value } : {};
}

function messageIn(text: string): string {
  const { message } = objectIn(text);
  return typeof message === 'string' ? message : text;
}
