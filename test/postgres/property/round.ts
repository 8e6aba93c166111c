import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { JsonObject } from '../../../src/embedded/platform/json';
import { EngineProcess } from '../../embedded/kill/engine-process';
import { until } from '../../support/until';
import { SeededRandom } from '../../support/random';
import type { PostgresServer } from '../server';
import { type Destination, localJson, postgres, sqlite } from './destinations';
import { ExpectedRows, type SyncMode } from './expected-rows';
import { RandomFile } from './random-file';
import { type Row, RandomTable } from './random-table';
import { compare, unrepeated } from './row-comparison';

const WORKSPACE = '18dccc91-0ab1-4f72-9ed7-0b8fc27c5826';
const STEPS = 5;
const MOST_KILLS = 3;

/** A source whose rows are known. */
interface Source {
  readonly stream: string;
  readonly description: string;
  readonly modes: readonly SyncMode[];
  rows(): readonly Row[];
  change(): void;
}

interface Connection {
  readonly id: string;
  readonly source: Source;
  readonly destination: Destination;
  readonly expected: ExpectedRows;
  /** The name of its stream at the destination. */
  readonly arrivesAs: string;
  /** Whether a kill may have repeated rows, because appends are at least once. */
  mayRepeat: boolean;
}

/** One random scenario: a table and a file, each synced several times to some destinations. */
export class Round {
  private readonly random: SeededRandom;
  private running: EngineProcess | null = null;
  private readonly log: string[] = [];
  private readonly events: string[] = [];

  constructor(
    private readonly seed: number,
    private readonly server: PostgresServer,
    private readonly folder: string,
  ) {
    this.random = new SeededRandom(seed * 7919);
    mkdirSync(join(folder, 'local/in'), { recursive: true });
    for (const name of ['shop', 'lake']) {
      server.sql(`DROP DATABASE IF EXISTS "${name}" WITH (FORCE)`);
      server.createDatabase(name);
    }
    server.sql(`CREATE TYPE mood AS ENUM ('sad', 'it''s ok')`, 'shop');
  }

  private get engine(): EngineProcess {
    if (this.running === null) throw new Error('The engine does not run.');
    return this.running;
  }

  private async start(): Promise<void> {
    this.running = await EngineProcess.start(this.folder, this.log);
  }

  /** The actions so far, for the error message. */
  get story(): string {
    return [...this.events, this.log.slice(-20).join('')].join('\n');
  }

  async run(): Promise<number> {
    await this.start();
    const connections = [...(await this.connectTable()), ...(await this.connectFile())];
    for (let step = 0; step < STEPS; step++) {
      await this.sync(connections);
      for (const { source } of connections.filter(
        ({ source: one }, index) => connections.findIndex(({ source: other }) => one === other) === index,
      )) {
        source.change();
        this.events.push(`changed: ${source.description}, ${source.rows().length} rows`);
      }
    }
    return STEPS * connections.length;
  }

  async end(): Promise<void> {
    await this.running?.kill('SIGTERM');
    rmSync(this.folder, { recursive: true, force: true });
  }

  private async connectTable(): Promise<Connection[]> {
    const table = new RandomTable(this.random, (sql) => this.server.sql(sql, 'shop'), this.seed);
    const source: Source = {
      stream: table.name,
      get description() {
        return table.description;
      },
      modes: [
        'full_refresh_overwrite',
        'full_refresh_append',
        'incremental_append',
        'incremental_deduped_history',
      ],
      rows: () => [...table.rows.values()],
      change: () => {
        table.change();
      },
    };
    const configuration = { sourceType: 'postgres', ...this.server.config('shop'), schemas: [table.schema] };
    const stream = { namespace: table.schema, cursorField: [table.cursor] };
    return this.connect('table', source, configuration, stream, () => !table.hasChangedColumns);
  }

  private async connectFile(): Promise<Connection[]> {
    const path = join(this.folder, 'local/in/rows');
    const file = new RandomFile(this.random, (content) => {
      writeFileSync(path, content);
    });
    const source: Source = {
      stream: file.name,
      description: file.description,
      modes: ['full_refresh_overwrite', 'full_refresh_append'],
      rows: () => file.rows,
      change: () => {
        file.change();
      },
    };
    const configuration = {
      sourceType: 'file',
      dataset_name: file.name,
      format: file.format,
      url: '/local/in/rows',
      provider: { storage: 'local' },
    };
    return this.connect('file', source, configuration, {}, () => true);
  }

  private async connect(
    name: string,
    source: Source,
    configuration: JsonObject,
    stream: JsonObject,
    hasSchema: () => boolean,
  ): Promise<Connection[]> {
    const { random, engine, server, folder } = this;
    this.events.push(`${name}: ${source.description}, ${source.rows().length} rows`);
    const sourceId = await this.create('source', configuration);
    const destinations = [
      postgres(server, 'lake', `${name} "raw"`),
      sqlite(folder, `${name}.sqlite`, hasSchema),
      localJson(folder, `${name} json`),
    ];
    const connections: Connection[] = [];
    for (const destination of destinations.filter(() => !random.oneIn(4))) {
      const destinationId = await this.create('destination', destination.configuration);
      const mode = random.pick(source.modes.filter((each) => destination.modes.includes(each)));
      const prefix = random.pick(['', 'p_', `x"y'`]);
      const { body } = await engine.client.post('/connections', {
        sourceId,
        destinationId,
        prefix,
        configurations: {
          streams: [
            { name: source.stream, syncMode: mode, ...(mode.startsWith('incremental') ? stream : {}) },
          ],
        },
      });
      const id = body['connectionId'];
      if (typeof id !== 'string') throw new Error(JSON.stringify(body));
      this.events.push(
        `connected to ${String(destination.configuration['destinationType'])} in ${mode} as ${prefix}`,
      );
      connections.push({
        id,
        source,
        destination,
        expected: new ExpectedRows(mode),
        arrivesAs: `${prefix}${source.stream}`,
        mayRepeat: false,
      });
    }
    return connections;
  }

  private async create(kind: 'source' | 'destination', configuration: JsonObject): Promise<string> {
    const body = { name: 'random', workspaceId: WORKSPACE, configuration };
    const answer = (await this.engine.client.post(`/${kind}s`, body)).body;
    const id = answer[`${kind}Id`];
    if (typeof id !== 'string') throw new Error(JSON.stringify(answer));
    return id;
  }

  private async sync(connections: readonly Connection[]): Promise<void> {
    const { random } = this;
    const jobs: number[] = [];
    for (const { id } of connections) jobs.push(await this.engine.sync(id));
    const kills = random.oneIn(3) ? 0 : 1 + random.below(MOST_KILLS);
    const killed: string[] = [];
    for (let kill = 0; kill < kills; kill++) {
      await until('a random moment', waiting(random.below(900)));
      const victim = random.pick(['engine', 'read', 'write'] as const);
      const number = random.below(100);
      if (victim === 'engine') {
        await this.engine.kill();
        await this.start();
      } else if (!killOne(this.engine.connectors(victim), number)) continue;
      killed.push(victim);
    }
    this.events.push(`synced, killed ${killed.join(', ')}`);
    for (const [index, connection] of connections.entries()) {
      const { expected, destination, source, arrivesAs } = connection;
      const job = await this.engine.client.jobIn(jobs[index] ?? 0, 'succeeded', 'failed', 'cancelled');
      const place = `${String(destination.configuration['destinationType'])}, ${expected.mode}`;
      expect([place, job['status']]).toEqual([place, 'succeeded']);
      const read = expected.sync(source.rows());
      if (killed.length > 0 && expected.mode.endsWith('append')) connection.mayRepeat = true;
      if (killed.length === 0) expect([place, job['rowsSynced']]).toEqual([place, read]);
      const found = destination.rows(arrivesAs).sort();
      compare(place, connection.mayRepeat ? unrepeated(found, expected.rows) : found, expected.rows);
    }
  }
}

/** Kills one of some processes. Returns false if none is running. */
function killOne(pids: readonly number[], number: number): boolean {
  const pid = pids[number % Math.max(pids.length, 1)];
  if (pid === undefined) return false;
  try {
    return process.kill(pid, 'SIGKILL');
  } catch {
    return false; // It has ended already.
  }
}

/** A condition that becomes true after a time. */
function waiting(ms: number): () => true | null {
  const start = performance.now();
  return () => (performance.now() - start >= ms ? true : null);
}
