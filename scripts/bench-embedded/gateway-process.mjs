import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { EngineProcess } from './engine-process.mjs';

const GATEWAY = fileURLToPath(new URL('../../dist/gateway.js', import.meta.url));

/** The whole gateway as `npm start` starts it, with a client of its embedded Airbyte. */
export class GatewayProcess extends EngineProcess {
  static async start(dataDir, log) {
    const env = { PATH: process.env.PATH, PORT: '0', DATA_DIR: dataDir, LOG_LEVEL: 'warn' };
    const gateway = new GatewayProcess();
    [, gateway.url] = await gateway.spawn([GATEWAY], env, log, /^Airbyte Ingestion API: (\S+)/);
    await gateway.signIn(JSON.parse(readFileSync(join(dataDir, 'api.json'), 'utf8')));
    return gateway;
  }

  /** Makes the ingestion as a caller of the gateway does. */
  async connect(sourceId, destinationId, streams) {
    const ingestion = { name: 'input to out', sourceId, destinationId, streams };
    return (await this.ask('/ingestion', ingestion)).connectionId;
  }

  async sync(connectionId) {
    return Number((await this.ask(`/ingestion/${connectionId}/runs`, {})).runId);
  }

  async ask(path, body) {
    const response = await fetch(this.url + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', connection: 'close' },
      body: JSON.stringify(body),
    });
    const answer = await response.json();
    if (!response.ok) throw new Error(`POST ${path}: ${response.status} ${JSON.stringify(answer)}`);
    return answer;
  }
}
