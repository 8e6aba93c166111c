import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConnectionStore } from '../store/connections';
import { Database } from '../store/database';
import { FiringStore } from '../store/firings';
import { JobStore } from '../store/jobs';
import { Scheduler } from './scheduler';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'scheduler-'));
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** A scheduler with a state on disk and a clock that the test sets. */
class Bench {
  readonly errors: string[] = [];
  readonly started: string[] = [];
  failing: string | null = null;
  private db: Database | null = null;
  private scheduler: Scheduler | null = null;
  private connections: ConnectionStore | null = null;
  private now = new Date(0);

  /** Opens the state as at a start of the process. */
  open(at: string): void {
    this.now = new Date(at);
    const db = Database.open(folder);
    this.db = db;
    const connections = new ConnectionStore(db);
    this.connections = connections;
    const jobs = new JobStore(db);
    const note = (message: string): void => void this.errors.push(message);
    this.scheduler = new Scheduler({
      connections,
      jobs,
      firings: new FiringStore(db),
      now: () => this.now,
      log: { info: note, warn: note, error: note },
      create: ({ id }) => {
        if (id === this.failing) throw new Error('disk full');
        return jobs.create(id, 'sync', true, this.now);
      },
      run: (job) => {
        this.started.push(`${job.connectionId} ${this.now.toISOString().slice(0, 19)}`);
        jobs.setStatus(job.id, 'running', this.now);
        jobs.setStatus(job.id, 'succeeded', this.now);
        this.refresh(job.connectionId);
      },
    });
    this.scheduler.start();
    this.scheduler.tick();
  }

  /** Leaves the state as after a kill of the process. */
  kill(): void {
    this.scheduler?.stop();
    this.db?.close();
  }

  connect(id: string, expression: string, status: 'active' | 'inactive' = 'active'): void {
    this.connections?.save({
      id,
      name: id,
      sourceId: 's',
      destinationId: 'd',
      workspaceId: 'w',
      status,
      cron: { expression, timeZone: 'UTC' },
      settings: {},
      streams: [],
      createdAt: this.now,
    });
    this.refresh(id);
  }

  tick(at: string): void {
    this.now = new Date(at);
    this.scheduler?.tick();
  }

  private refresh(id: string): void {
    this.scheduler?.refresh(id);
  }
}

describe('the schedule', () => {
  let bench: Bench;

  beforeEach(() => {
    bench = new Bench();
  });

  afterEach(() => {
    bench.kill();
  });

  const DAILY = '0 0 2 * * ?';

  it('retries a failed start of a sync after a minute, and starts the others in time', () => {
    bench.open('2026-01-15T00:00:30Z');
    bench.connect('full-disk', '0 * * * * ?');
    bench.connect('fine', '0 0/5 * * * ?');
    bench.failing = 'full-disk';
    bench.tick('2026-01-15T00:01:00Z');
    bench.failing = null;
    bench.tick('2026-01-15T00:01:59Z');
    bench.tick('2026-01-15T00:02:00Z');
    bench.tick('2026-01-15T00:05:00Z');
    expect(bench.started.slice(0, 3)).toEqual([
      'full-disk 2026-01-15T00:02:00',
      'fine 2026-01-15T00:05:00',
      'full-disk 2026-01-15T00:05:00',
    ]);
    expect(bench.errors).toEqual(['The sync of connection full-disk could not be started: disk full']);
  });

  it('continues at once after a clock that was a day ahead was corrected', () => {
    bench.open('2026-01-15T00:00:30Z');
    bench.connect('c', '0 * * * * ?');
    bench.tick('2026-01-16T00:00:00Z');
    bench.tick('2026-01-15T00:02:10Z');
    bench.tick('2026-01-15T00:04:00Z');
    bench.tick('2026-01-15T00:06:00Z');
    expect(bench.started).toEqual([
      'c 2026-01-16T00:00:00',
      'c 2026-01-15T00:04:00',
      'c 2026-01-15T00:06:00',
    ]);
  });

  it('continues after a correction of the clock while the process was down', () => {
    bench.open('2026-01-15T00:00:30Z');
    bench.connect('c', '0 * * * * ?');
    bench.tick('2026-02-15T00:00:00Z');
    bench.kill();
    bench.open('2026-01-15T00:02:10Z');
    bench.tick('2026-01-15T00:04:00Z');
    expect(bench.started).toEqual(['c 2026-02-15T00:00:00', 'c 2026-01-15T00:04:00']);
  });

  it('does not fire twice after the clock was set back by seconds', () => {
    bench.open('2026-01-15T01:59:50Z');
    bench.connect('c', DAILY);
    bench.tick('2026-01-15T02:00:00Z');
    bench.tick('2026-01-15T01:59:58Z');
    bench.tick('2026-01-15T02:00:00Z');
    bench.tick('2026-01-15T02:00:30Z');
    expect(bench.started).toHaveLength(1);
  });

  it('fires once at the start, however many firings were missed while the process was down', () => {
    bench.open('2026-01-15T00:00:00Z');
    bench.connect('c', DAILY);
    bench.kill();
    bench.open('2026-01-18T12:00:00Z');
    expect(bench.started).toEqual(['c 2026-01-18T12:00:00']);
    for (let crash = 0; crash < 3; crash++) {
      bench.kill();
      bench.open('2026-01-18T12:00:10Z');
    }
    bench.tick('2026-01-19T01:59:59Z');
    expect(bench.started).toHaveLength(1);
    bench.tick('2026-01-19T02:00:00Z');
    expect(bench.started).toHaveLength(2);
  });

  it('does not fire early at the start, or for a connection that was paused, created or changed since', () => {
    bench.open('2026-01-15T00:00:00Z');
    bench.connect('paused', DAILY);
    bench.connect('paused', DAILY, 'inactive');
    bench.connect('changed', '0 0 2 * * ?');
    bench.connect('changed', '0 0 4 * * ?');
    bench.kill();
    bench.open('2026-01-15T03:00:00Z');
    bench.connect('made', DAILY);
    bench.connect('paused', DAILY);
    bench.tick('2026-01-15T03:30:00Z');
    expect(bench.started).toEqual([]);
    bench.tick('2026-01-15T04:00:00Z');
    expect(bench.started).toEqual(['changed 2026-01-15T04:00:00']);
  });

  it('keeps a missed firing until the sync can be started', () => {
    bench.open('2026-01-15T00:00:00Z');
    bench.connect('c', DAILY);
    bench.kill();
    bench.failing = 'c';
    bench.open('2026-01-15T03:00:00Z');
    bench.kill();
    bench.failing = null;
    bench.open('2026-01-15T03:00:05Z');
    expect(bench.started).toEqual(['c 2026-01-15T03:00:05']);
  });
});
