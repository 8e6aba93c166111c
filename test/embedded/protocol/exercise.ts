import { copyFileSync, existsSync, mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringAt, type JsonObject } from '../../../src/embedded/platform/json';
import { SAMPLE_WORKSPACE_ID } from '../../../src/embedded/samples/ids';
import type { PostgresServer } from '../../postgres/server';
import type { EmbeddedClient } from '../embedded-kit';

/** More than the file source reads between two states. */
const MANY = 26_000;
const FEW = 300;

const FILE = { sourceType: 'file', dataset_name: 'rows', provider: { storage: 'local' } };
const CSV = { ...FILE, format: 'csv', url: '/local/rows.csv' };
const JSONL = { ...FILE, format: 'jsonl', url: '/local/rows.jsonl' };
const PARQUET = { ...FILE, format: 'parquet', url: '/local/rows.parquet' };
const EVERY_TYPE = join(__dirname, '../../fixtures/parquet/types-V1.parquet');
const FAKER = { sourceType: 'faker', count: FEW, seed: 1 };
const LOCAL_JSON = { destinationType: 'local-json', destination_path: '/local/out' };
const sqlite = (name = 'out'): JsonObject => ({
  destinationType: 'sqlite',
  destination_path: `/local/${name}.sqlite`,
});
const FULL = ['full_refresh_overwrite', 'full_refresh_append'];
const ALL = [...FULL, 'incremental_append', 'incremental_deduped_history'];

/** Makes an engine use its connectors in every mode, and makes each of them fail. */
export class Exercise {
  private readonly local: string;

  constructor(
    private readonly api: EmbeddedClient,
    dataDir: string,
    private readonly server: PostgresServer | null,
  ) {
    this.local = join(dataDir, 'local');
    mkdirSync(this.local, { recursive: true });
  }

  async run(): Promise<void> {
    const lines = (length: number, row: (id: number) => string): string =>
      Array.from({ length }, (_, id) => row(id)).join('\n');
    writeFileSync(join(this.local, 'rows.csv'), `id,v\n${lines(MANY, (id) => `${id},"v ""${id}"""`)}\n`);
    writeFileSync(
      join(this.local, 'rows.jsonl'),
      `${lines(FEW, (id) => `{"id":${id},"at":null,"x":[1.50]}`)}\n`,
    );
    copyFileSync(EVERY_TYPE, join(this.local, 'rows.parquet'));
    await this.sync(PARQUET, sqlite('parquet'), { name: 'rows', syncMode: 'full_refresh_overwrite' });
    for (const syncMode of FULL) await this.sync(CSV, LOCAL_JSON, { name: 'rows', syncMode });
    await this.sync(JSONL, sqlite(), { name: 'rows', syncMode: 'full_refresh_append' });
    for (const syncMode of ALL) await this.sync(FAKER, sqlite(syncMode), { name: 'users', syncMode }, 2);
    await this.sync(FAKER, LOCAL_JSON, { name: 'users', syncMode: 'incremental_append' }, 2);
    await this.failAtEachEnd();
    await this.refuseConfigurations();
    if (this.server !== null) await this.runPostgres(this.server);
  }

  private async runPostgres(server: PostgresServer): Promise<void> {
    server.sql('CREATE TABLE "things" ("id" int PRIMARY KEY, "at" timestamptz, "data" jsonb, "tags" text[])');
    server.sql(
      `INSERT INTO "things" SELECT "n", now() + "n" * interval '1 s', '{"a": [1.10]}', '{a,NULL}' FROM generate_series(1, ${FEW}) AS "n"`,
    );
    const login = server.config('postgres');
    const source = { sourceType: 'postgres', schemas: ['public'], ...login };
    const destination = { destinationType: 'postgres', schema: 'raw', ...login };
    for (const syncMode of ALL) {
      const stream = { name: 'things', syncMode, cursorField: ['at'] };
      await this.sync(source, { ...destination, schema: syncMode }, stream, 2);
    }
    const broken = await this.connect(source, destination, { name: 'things' });
    server.sql('ALTER TABLE "things" RENAME TO "gone"');
    await this.runUntil(broken, 'failed');
    server.sql('ALTER TABLE "gone" RENAME TO "things"');
    const misfit = await this.connect(source, { ...destination, schema: 'taken' }, { name: 'things' });
    server.sql('CREATE SCHEMA "taken"; CREATE VIEW "taken"."things" AS SELECT 1 AS "id"');
    await this.runUntil(misfit, 'failed');
  }

  private async failAtEachEnd(): Promise<void> {
    const path = join(this.local, 'rows.csv');
    const csv = await this.connect(CSV, LOCAL_JSON, { name: 'rows' });
    renameSync(path, `${path}.gone`);
    await this.runUntil(csv, 'failed');
    renameSync(`${path}.gone`, path);
    const toFolder = await this.connect({ ...FAKER, count: 20 }, LOCAL_JSON, { name: 'users' });
    await this.whileBlocked('out', () => this.runUntil(toFolder, 'failed'));
    const toDatabase = await this.connect({ ...FAKER, count: 20 }, sqlite(), { name: 'users' });
    await this.whileBlocked('out.sqlite', () => this.runUntil(toDatabase, 'failed'));
  }

  /** Puts a text file in the place of a destination's folder or database for a while. */
  private async whileBlocked(name: string, work: () => Promise<void>): Promise<void> {
    const path = join(this.local, name);
    if (existsSync(path)) renameSync(path, `${path}.aside`);
    writeFileSync(path, 'This is neither a folder nor a database.'.repeat(100));
    await work();
    renameSync(path, `${path}.blocked`);
    if (existsSync(`${path}.aside`)) renameSync(`${path}.aside`, path);
  }

  /** Configurations that are refused, by a check or by the specification before it. */
  private async refuseConfigurations(): Promise<void> {
    const unreachable = { host: '127.0.0.1', port: 1, database: 'd', username: 'u' };
    for (const source of [
      { ...CSV, url: '/local/none' },
      { ...FAKER, count: -1 },
      { sourceType: 'postgres', ...unreachable },
    ])
      await this.refuse('/sources', source);
    for (const destination of [
      { destinationType: 'local-json', destination_path: '/etc' },
      { destinationType: 'sqlite', destination_path: '/etc/x' },
      { destinationType: 'postgres', ...unreachable },
    ])
      await this.refuse('/destinations', destination);
  }

  private async refuse(path: string, configuration: JsonObject): Promise<void> {
    const { body } = await this.make(path, configuration);
    const answer = JSON.stringify(body);
    if (!/check failed|does not fit/.test(answer)) throw new Error(`It was not refused: ${answer}`);
  }

  private async sync(
    source: JsonObject,
    destination: JsonObject,
    stream: JsonObject,
    times = 1,
  ): Promise<void> {
    const id = await this.connect(source, destination, stream);
    for (let run = 0; run < times; run++) await this.runUntil(id, 'succeeded');
  }

  private async connect(source: JsonObject, destination: JsonObject, stream: JsonObject): Promise<string> {
    const made = await this.make('/sources', source);
    const sourceId = stringAt(made.body, 'sourceId') ?? JSON.stringify(made.body);
    const into = await this.make('/destinations', destination);
    const destinationId = stringAt(into.body, 'destinationId') ?? JSON.stringify(into.body);
    return this.api.connect(sourceId, destinationId, { configurations: { streams: [stream] } });
  }

  private make(path: string, configuration: JsonObject): ReturnType<EmbeddedClient['post']> {
    return this.api.post(path, { name: 'x', workspaceId: SAMPLE_WORKSPACE_ID, configuration });
  }

  private async runUntil(connectionId: string, status: 'succeeded' | 'failed'): Promise<void> {
    const jobId = await this.api.sync(connectionId);
    const job = await this.api.jobIn(jobId, 'succeeded', 'failed');
    if (job['status'] !== status)
      throw new Error(`Job ${jobId} has not ${status}, it has ${String(job['status'])}.`);
  }
}
