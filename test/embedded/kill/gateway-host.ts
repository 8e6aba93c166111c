import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseObject, stringAt, type JsonObject } from '../../../src/embedded/platform/json';
import { BUILD } from '../program';
import { EngineProcess, firstMatch, spawnLogged } from './engine-process';

/** A running embedded Airbyte, and the way in which a caller creates and starts syncs. */
export interface Host {
  readonly engine: EngineProcess;
  connect(sourceId: string, destinationId: string, streams: readonly JsonObject[]): Promise<string>;
  sync(connectionId: string): Promise<number>;
}

/** The embedded Airbyte alone, used through its own API. */
export async function startEngine(dataDir: string, log: string[]): Promise<Host> {
  const engine = await EngineProcess.start(dataDir, log);
  return {
    engine,
    connect: (...parts) => engine.connect(...parts),
    sync: (connectionId) => engine.sync(connectionId),
  };
}

/** The whole gateway as `npm start` starts it. Ingestions are created and run through the gateway. */
export async function startGateway(dataDir: string, log: string[]): Promise<Host> {
  const env = { PATH: process.env['PATH'], PORT: '0', DATA_DIR: dataDir, LOG_LEVEL: 'warn' };
  const child = spawnLogged([join(BUILD, 'gateway.js')], env, log);
  const [, url = ''] = await firstMatch(child, /Airbyte Ingestion API: (\S+) /, log);
  const engine = EngineProcess.over(child, readFileSync(join(dataDir, 'api.json'), 'utf8'));
  return {
    engine,
    connect: async (sourceId, destinationId, streams) => {
      const ingestion = { name: 'input to out', sourceId, destinationId, streams: [...streams] };
      return stringAt(await post(`${url}/ingestion`, ingestion), 'connectionId') ?? '';
    },
    sync: async (connectionId) =>
      Number(stringAt(await post(`${url}/ingestion/${connectionId}/runs`, {}), 'runId')),
  };
}

async function post(url: string, body: JsonObject): Promise<JsonObject> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', connection: 'close' },
    body: JSON.stringify(body),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`POST ${url}: ${response.status} ${text}`);
  return parseObject(text) ?? {};
}
