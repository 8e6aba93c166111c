import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { jobRecords } from './job-records';
import { internalJobBody } from './job-bodies';
import { AttemptStreamStore } from '../../store/attempt-streams';
import { AttemptStore } from '../../store/attempts';
import { ConnectionStore } from '../../store/connections';
import { Database } from '../../store/database';
import { JobStore } from '../../store/jobs';

let folder: string;
let db: Database;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'attempt-streams-'));
  db = Database.open(folder);
});

afterEach(() => {
  db.close();
  rmSync(folder, { recursive: true, force: true });
});

const streams = (count: number): { name: string; namespace: string; rows: number; bytes: number }[] =>
  Array.from({ length: count }, (_, index) => ({ name: `s${index}`, namespace: '', rows: 1, bytes: 2 }));

it('keeps the counts of the newest jobs of each connection', () => {
  const jobs = new JobStore(db);
  const store = new AttemptStreamStore(db);
  const ids = { busy: [] as number[], quiet: [] as number[] };
  const run = (connectionId: 'busy' | 'quiet'): void => {
    const { id } = jobs.create(connectionId, 'sync', false, new Date(0));
    ids[connectionId].push(id);
    store.saveEmitted(connectionId, id, 0, streams(1));
  };
  run('quiet');
  db.transaction(() => {
    for (let count = 0; count < 510; count++) run('busy');
  });
  expect(store.count(ids.busy)).toBe(500);
  expect(store.list(ids.busy.slice(0, 10))).toEqual([]);
  expect(store.count(ids.quiet)).toBe(1);
});

it('returns the sums of a job that has too many streams for one answer', () => {
  const jobs = new JobStore(db);
  const attemptStreams = new AttemptStreamStore(db);
  const job = jobs.create('c', 'sync', false, new Date(0));
  attemptStreams.saveEmitted('c', job.id, 0, streams(20_001));
  const sources = {
    connections: new ConnectionStore(db),
    attempts: new AttemptStore(db),
    attemptStreams,
    emittedOf: () => [],
    logOf: () => [],
  };
  const [record] = jobRecords(sources, [job]);
  expect(record && internalJobBody(record)).toMatchObject({
    aggregatedStats: { recordsEmitted: 20_001, bytesEmitted: 40_002 },
    streamAggregatedStats: [],
  });
});
