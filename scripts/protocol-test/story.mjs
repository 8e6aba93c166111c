import { copyFileSync, existsSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const WORKSPACE = '18dccc91-0ab1-4f72-9ed7-0b8fc27c5826';
/** More than the file source reads between two states. */
const MANY = 26_000;
const FEW = 300;

const FILE = { sourceType: 'file', dataset_name: 'rows', provider: { storage: 'local' } };
const CSV = { ...FILE, format: 'csv', url: '/local/rows.csv' };
const JSONL = { ...FILE, format: 'jsonl', url: '/local/rows.jsonl' };
const PARQUET = { ...FILE, format: 'parquet', url: '/local/rows.parquet' };
const EVERY_TYPE = fileURLToPath(new URL('../../test/fixtures/parquet/types-V1.parquet', import.meta.url));
const FAKER = { sourceType: 'faker', count: FEW, seed: 1 };
const LOCAL_JSON = { destinationType: 'local-json', destination_path: '/local/out' };
const sqlite = (name = 'out') => ({ destinationType: 'sqlite', destination_path: `/local/${name}.sqlite` });
const FULL = ['full_refresh_overwrite', 'full_refresh_append'];
const ALL = [...FULL, 'incremental_append', 'incremental_deduped_history'];

/** Lets an engine use its connectors in every way, well and ill. */
export class Story {
  constructor(engine, dataDir, server) {
    this.engine = engine;
    this.local = join(dataDir, 'local');
    this.server = server;
  }

  async tell() {
    const lines = (length, row) => Array.from({ length }, (_, id) => row(id)).join('\n');
    writeFileSync(join(this.local, 'rows.csv'), `id,v\n${lines(MANY, (id) => `${id},"v ""${id}"""`)}\n`);
    writeFileSync(
      join(this.local, 'rows.jsonl'),
      `${lines(FEW, (id) => `{"id":${id},"at":null,"x":[1.50]}`)}\n`,
    );
    copyFileSync(EVERY_TYPE, join(this.local, 'rows.parquet'));
    await this.sync(PARQUET, sqlite('parquet'), 'rows', 'full_refresh_overwrite');
    for (const mode of FULL) await this.sync(CSV, LOCAL_JSON, 'rows', mode);
    await this.sync(JSONL, sqlite(), 'rows', 'full_refresh_append');
    for (const mode of ALL) await this.sync(FAKER, sqlite(mode), 'users', mode, 2);
    await this.sync(FAKER, LOCAL_JSON, 'users', 'incremental_append', 2);
    await this.fail();
    await this.refuse();
    if (this.server !== null) await this.tellOfPostgres();
  }

  async tellOfPostgres() {
    this.server.sql(
      'CREATE TABLE "things" ("id" int PRIMARY KEY, "at" timestamptz, "data" jsonb, "tags" text[])',
    );
    this.server.sql(
      `INSERT INTO "things" SELECT "n", now() + "n" * interval '1 s', '{"a": [1.10]}', '{a,NULL}' FROM generate_series(1, ${FEW}) AS "n"`,
    );
    const login = { host: '127.0.0.1', port: this.server.port, database: 'postgres', username: 'tester' };
    const source = { sourceType: 'postgres', schemas: ['public'], ...login };
    const destination = { destinationType: 'postgres', schema: 'raw', ...login };
    for (const mode of ALL)
      await this.sync(source, { ...destination, schema: mode }, 'things', mode, 2, ['at']);
    const broken = await this.connect(source, destination, { name: 'things' });
    this.server.sql('ALTER TABLE "things" RENAME TO "gone"');
    await this.run(broken, 'failed');
    this.server.sql('ALTER TABLE "gone" RENAME TO "things"');
    const misfit = await this.connect(source, { ...destination, schema: 'taken' }, { name: 'things' });
    this.server.sql('CREATE SCHEMA "taken"; CREATE VIEW "taken"."things" AS SELECT 1 AS "id"');
    await this.run(misfit, 'failed');
  }

  /** Syncs that fail at the source, and at the destination. */
  async fail() {
    const path = join(this.local, 'rows.csv');
    const csv = await this.connect(CSV, LOCAL_JSON, { name: 'rows' });
    renameSync(path, `${path}.gone`);
    await this.run(csv, 'failed');
    renameSync(`${path}.gone`, path);
    const nobody = await this.connect({ ...FAKER, count: 20 }, LOCAL_JSON, { name: 'users' });
    await this.blocked('out', () => this.run(nobody, 'failed'));
    const users = await this.connect({ ...FAKER, count: 20 }, sqlite(), { name: 'users' });
    await this.blocked('out.sqlite', () => this.run(users, 'failed'));
  }

  /** Puts a file in the place of what a destination writes, for a while; in that of a file, no database. */
  async blocked(name, work) {
    const path = join(this.local, name);
    if (existsSync(path)) renameSync(path, `${path}.aside`);
    writeFileSync(path, 'This is neither a folder nor a database.'.repeat(100));
    await work();
    renameSync(path, `${path}.blocked`);
    if (existsSync(`${path}.aside`)) renameSync(`${path}.aside`, path);
  }

  /** Configurations that are refused, by a check or by the specification before it. */
  async refuse() {
    const nowhere = { host: '127.0.0.1', port: 1, database: 'd', username: 'u' };
    for (const source of [
      { ...CSV, url: '/local/none' },
      { ...FAKER, count: -1 },
      { sourceType: 'postgres', ...nowhere },
    ])
      await this.refused('/sources', source);
    for (const [destinationType, more] of Object.entries({
      'local-json': { destination_path: '/etc' },
      sqlite: { destination_path: '/etc/x' },
      postgres: nowhere,
    }))
      await this.refused('/destinations', { destinationType, ...more });
  }

  async refused(path, configuration) {
    const answer = await this.engine
      .call('POST', path, { name: 'x', workspaceId: WORKSPACE, configuration })
      .then(
        () => 'taken',
        (error) => error.message,
      );
    if (!/check failed|does not fit/.test(answer)) throw new Error(`was to be refused: ${answer}`);
  }

  async sync(source, destination, name, syncMode, times = 1, cursorField = undefined) {
    const id = await this.connect(source, destination, { name, syncMode, cursorField });
    for (let run = 0; run < times; run++) await this.run(id, 'succeeded');
  }

  async connect(source, destination, stream) {
    const make = (path, configuration) =>
      this.engine.call('POST', path, { name: 'x', workspaceId: WORKSPACE, configuration });
    const { sourceId } = await make('/sources', source);
    const { destinationId } = await make('/destinations', destination);
    const body = { sourceId, destinationId, configurations: { streams: [stream] } };
    return (await this.engine.call('POST', '/connections', body)).connectionId;
  }

  async run(connectionId, wanted) {
    const { jobId } = await this.engine.call('POST', '/jobs', { connectionId, jobType: 'sync' });
    for (;;) {
      const { status } = await this.engine.call('GET', `/jobs/${jobId}`);
      if (status === wanted) return;
      if (['succeeded', 'failed'].includes(status))
        throw new Error(`job ${jobId} was to be ${wanted}: ${status}`);
      await sleep(50);
    }
  }
}
