import { METHOD_METADATA, PATH_METADATA } from '@nestjs/common/constants';
import { RequestMethod } from '@nestjs/common';
import { MetadataScanner, ModulesContainer } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import pino from 'pino';
import { systemClock } from '../../src/lib/clock';
import { rulesOf } from '../../src/http/route-config';
import { parseSettings } from '../../src/config/settings';
import { buildDocument } from '../../src/app/openapi';
import { createApp } from '../../src/start';

interface Route {
  readonly name: string;
  readonly method: string;
  readonly handler: object;
}

let app: NestFastifyApplication;

beforeAll(async () => {
  const settings = parseSettings({ AIRBYTE_API_URL: 'http://127.0.0.1:9' });
  const airbyte = { ...settings.airbyte, apiUrl: 'http://127.0.0.1:9' };
  app = await createApp({ ...settings, airbyte }, systemClock, pino({ level: 'silent' }));
  await app.init();
});
afterAll(() => app.close());

/** Returns every route handler of every controller. */
function routes(): Route[] {
  const modules = [...app.get(ModulesContainer).values()];
  const controllers = modules.flatMap((module) => [...module.controllers.values()]);
  // Only Airbyte calls the others, so they are not described.
  const described = controllers.filter(({ name }) => name !== 'AirbyteHookController');
  return described.flatMap(({ metatype }) => {
    const prototype = metatype?.prototype as Record<string, object> | undefined;
    return new MetadataScanner().getAllMethodNames(prototype ?? {}).flatMap((method) => {
      const handler = prototype?.[method];
      const isRoute = typeof handler === 'function' && Reflect.hasMetadata(PATH_METADATA, handler);
      if (!isRoute) return [];
      const operation = Reflect.getMetadata('swagger/apiOperation', handler) as { operationId: string };
      const verb = RequestMethod[Reflect.getMetadata(METHOD_METADATA, handler) as RequestMethod];
      return [{ name: operation.operationId, method: verb, handler }];
    });
  });
}

describe('a route', () => {
  /** These routes take a body and change nothing. */
  const READING_POSTS = [
    'previewSchedule',
    'getIngestionStatuses',
    'checkIngestion',
    'checkRun',
    'checkPause',
    'checkSource',
    'checkNewSource',
    'checkDestination',
    'checkNewDestination',
  ];
  const READING_SCOPES = ['ingestion:read', 'connector:read'];
  const isReading = (handler: object): boolean => READING_SCOPES.includes(rulesOf(handler).access ?? '');
  const OPEN = ['getLiveness', 'getReadiness', 'getMetrics'];

  it('declares its scope, unless it is a probe or the metrics', () => {
    const known = routes();
    expect(known.length).toBeGreaterThan(8);
    expect(known.filter(({ handler }) => rulesOf(handler).access === undefined)).toEqual([]);
    const open = known.filter(({ handler }) => rulesOf(handler).access === 'open');
    expect(open.map(({ name }) => name).filter((name) => !OPEN.includes(name))).toEqual([]);
  });

  it('requires the write scope if it changes something, and accepts an Idempotency-Key if it is a POST', () => {
    const changing = routes().filter(({ method, handler }) => method !== 'GET' && !isReading(handler));
    const scopes = ['ingestion:write', 'connector:write', 'webhook:write'];
    expect(changing.filter(({ handler }) => !scopes.includes(rulesOf(handler).access ?? ''))).toEqual([]);
    // The answer with the secret of a webhook must not be stored, and the others have the same effect twice.
    const posts = changing.filter(
      ({ method, handler }) => method === 'POST' && rulesOf(handler).access !== 'webhook:write',
    );
    expect(posts.length).toBeGreaterThan(2);
    expect(posts.filter(({ handler }) => rulesOf(handler).idempotent !== true)).toEqual([]);
  });

  it('requires only the read scope if its body changes nothing', () => {
    const reading = routes().filter(({ method, handler }) => method !== 'GET' && isReading(handler));
    expect(reading.map(({ name }) => name).filter((name) => !READING_POSTS.includes(name))).toEqual([]);
  });

  it('has its scope and its Idempotency-Key in the API description', () => {
    const paths = Object.values(buildDocument(app).paths);
    const operations = paths.flatMap((path) => [path.get, path.post, path.patch, path.put, path.delete]);
    const described = new Map(operations.map((operation) => [operation?.operationId, operation]));
    for (const { name, handler } of routes()) {
      const operation = described.get(name) as Record<string, unknown> | undefined;
      const { access, idempotent } = rulesOf(handler);
      const isOpen = access === 'open';
      const scope = isOpen || access === 'any-scope' ? undefined : access;
      expect([name, operation?.['x-required-scope']]).toEqual([name, scope]);
      expect([name, operation?.['security'] ?? []]).toEqual([
        name,
        isOpen ? [] : [{ apiKey: [] }, { bearer: [] }],
      ]);
      expect(JSON.stringify(operation).includes('Idempotency-Key')).toBe(idempotent === true);
    }
  });
});
