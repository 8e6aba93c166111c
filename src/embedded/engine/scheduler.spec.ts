import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Schedule, TimeUnit } from '../model/schedule';
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
  private jobs: JobStore | null = null;
  private now = new Date(0);

  /** Opens the state as at a start of the process. */
  open(at: string): void {
    this.now = new Date(at);
    const db = Database.open(folder);
    this.db = db;
    const connections = new ConnectionStore(db);
    this.connections = connections;
    const jobs = new JobStore(db);
    this.jobs = jobs;
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

  connect(id: string, expression: string, status: 'active' | 'inactive' = 'active', timeZone = 'UTC'): void {
    this.schedule(id, { kind: 'cron', expression, timeZone }, status);
  }

  every(id: string, units: number, timeUnit: TimeUnit): void {
    this.schedule(id, { kind: 'basic', timeUnit, units });
  }

  private schedule(id: string, schedule: Schedule, status: 'active' | 'inactive' = 'active'): void {
    this.connections?.save({
      id,
      name: id,
      sourceId: 's',
      destinationId: 'd',
      workspaceId: 'w',
      status,
      schedule,
      settings: {},
      streams: [],
      createdAt: this.now,
    });
    this.refresh(id);
  }

  /** A job that ends at once. */
  startByHand(id: string, at: string): void {
    this.now = new Date(at);
    const job = this.jobs?.create(id, 'sync', false, this.now);
    if (job === undefined) return;
    this.jobs?.setStatus(job.id, 'running', this.now);
    this.jobs?.setStatus(job.id, 'succeeded', this.now);
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

  it('fires at the time of day of a zone, before and after the change to summer time', () => {
    bench.open('2026-03-28T00:00:00Z');
    bench.connect('c', DAILY, 'active', 'Europe/Berlin');
    for (const at of ['2026-03-28T00:59:59Z', '2026-03-28T01:00:00Z', '2026-03-29T23:59:59Z']) bench.tick(at);
    // On 29 March there is no 02:00 in Berlin.
    expect(bench.started).toEqual(['c 2026-03-28T01:00:00']);
    bench.tick('2026-03-30T00:00:00Z');
    expect(bench.started).toHaveLength(2);
  });

  it('fires an interval at once, and then after the start of each job', () => {
    bench.open('2026-01-15T00:00:00Z');
    bench.every('c', 7, 'hours');
    for (const at of [
      '2026-01-15T00:00:01Z',
      '2026-01-15T07:00:00Z',
      '2026-01-15T07:00:01Z',
      '2026-01-15T14:00:05Z',
    ])
      bench.tick(at);
    bench.kill();
    // The interval that ended while the process was down is caught up once.
    bench.open('2026-01-16T12:00:00Z');
    bench.tick('2026-01-16T18:59:59Z');
    bench.tick('2026-01-16T19:00:00Z');
    expect(bench.started).toEqual([
      'c 2026-01-15T00:00:01',
      'c 2026-01-15T07:00:01',
      'c 2026-01-15T14:00:05',
      'c 2026-01-16T12:00:00',
      'c 2026-01-16T19:00:00',
    ]);
  });

  it('counts months of 30 days, and a start of a job by hand', () => {
    bench.open('2026-01-15T00:00:00Z');
    bench.every('c', 1, 'months');
    bench.tick('2026-01-15T00:00:00Z');
    bench.startByHand('c', '2026-01-20T00:00:00Z');
    bench.tick('2026-02-18T23:59:59Z');
    expect(bench.started).toEqual(['c 2026-01-15T00:00:00']);
    bench.tick('2026-02-19T00:00:00Z');
    expect(bench.started).toHaveLength(2);
  });
});
