import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { until } from '../../../test/support/until';
import { ROWS, SyncBench } from '../../../test/embedded/sync-bench';
import { runAttempt } from './attempt';
import { Standstill } from './standstill';

let bench: SyncBench;

beforeAll(async () => {
  bench = await SyncBench.start();
});

afterAll(() => bench.embedded.remove());

describe('a sync with connectors that misbehave', () => {
  it('keeps the previous rows if the last record count is wrong', async () => {
    const id = await bench.api.connect(
      await bench.source('file', 'late'),
      await bench.destination('late-dropping-destination', '/local/late'),
    );
    // An overwrite starts from the beginning each time, so rows before the failure are not progress.
    expect(await bench.api.jobIn(await bench.api.sync(id), 'failed')).toMatchObject({ rowsSynced: 0 });
    expect(bench.runsOf('late-dropping-destination')).toBe(5);
    expect(bench.embedded.log.filter((line) => line.includes('The destination counted 9999'))).toHaveLength(
      1,
    );
    expect(bench.embedded.log.join('\n')).toMatch(/The destination counted 9999 records of late where 10000/);
    expect(existsSync(join(bench.embedded.dataDir, 'local/late/_airbyte_raw_late.jsonl'))).toBe(false);
  });

  it('does not replace a stream that the source reports as incomplete, even after exit status 0', async () => {
    const id = await bench.api.connect(
      await bench.source('incomplete-source', 'incomplete'),
      await bench.destination('local-json', '/local/incomplete'),
    );
    await bench.api.jobIn(await bench.api.sync(id), 'failed');
    expect(bench.embedded.log.join('\n')).toContain(
      '(transient_error, source): The source reports that stream incomplete is incomplete.',
    );
    expect(existsSync(join(bench.embedded.dataDir, 'local/incomplete/_airbyte_raw_incomplete.jsonl'))).toBe(
      false,
    );
  });

  it.each(['deaf-source', 'deaf-destination'])(
    'is cancelled although a %s neither goes on nor heeds SIGTERM',
    async (type) => {
      const asSource = type.endsWith('source');
      const id = await bench.api.connect(
        await bench.source(asSource ? type : 'file', type),
        await bench.destination(asSource ? 'local-json' : type, `/local/${type}`),
      );
      const jobId = await bench.api.sync(id);
      await until('the connector to work', () =>
        existsSync(join(bench.embedded.dataDir, `${type}.runs`)) ? true : null,
      );
      expect((await bench.api.delete(`/jobs/${jobId}`)).body).toMatchObject({ status: 'cancelled' });
      expect(bench.leftOverProcesses()).toEqual([]);
    },
  );

  it('fails as soon as the destination exits before it returned a state', async () => {
    const id = await bench.api.connect(
      await bench.source('file', 'mute'),
      await bench.destination('mute-destination', '/local/mute'),
    );
    await bench.api.jobIn(await bench.api.sync(id), 'succeeded');
    expect(bench.idsIn('mute/_airbyte_raw_mute.jsonl')).toHaveLength(ROWS);
    expect(bench.embedded.log.join('\n')).toMatch(
      /attempt 1, failed \(system_error, destination\): The destination/,
    );
  });

  it('succeeds with a destination that returns its states at its end', async () => {
    const id = await bench.api.connect(
      await bench.source('file', 'held'),
      await bench.destination('holding', '/local/held'),
    );
    expect(await bench.api.jobIn(await bench.api.sync(id), 'succeeded', 'failed')).toMatchObject({
      status: 'succeeded',
      rowsSynced: ROWS,
    });
  });

  it.each(['first-not-a-number', 'later-not-a-number'])(
    'drops no record that is no JSON as if it were no message: with %s it fails',
    async (type) => {
      const id = await bench.api.connect(
        await bench.source(type, type),
        await bench.destination('local-json', `/local/${type}`),
      );
      expect(await bench.api.jobIn(await bench.api.sync(id), 'succeeded', 'failed')).toMatchObject({
        status: 'failed',
      });
      expect(bench.embedded.log.join('\n')).toMatch(
        type.startsWith('first')
          ? /sent a record that is not a valid message/
          : /The input contains a record that is not a valid message/,
      );
    },
  );

  it('fails if an attempt cannot be created', async () => {
    const id = await bench.api.connect(
      await bench.source('file', 'unmade'),
      await bench.destination('local-json', '/local/unmade'),
    );
    const scratch = join(bench.embedded.dataDir, 'scratch');
    rmSync(scratch, { recursive: true });
    writeFileSync(scratch, 'no folder');
    expect(await bench.api.jobIn(await bench.api.sync(id), 'succeeded', 'failed')).toMatchObject({
      status: 'failed',
    });
    rmSync(scratch);
    await bench.api.jobIn(await bench.api.sync(id), 'succeeded');
  });

  it('terminates a connector whose process id could not be stored', async () => {
    const idle = [process.execPath, '-e', 'setInterval(() => 0, 1000)', '--'];
    const { dataDir } = bench.embedded;
    const failure = await runAttempt(
      {
        sourceCommand: idle,
        sourceConfig: {},
        destinationCommand: idle,
        destinationConfig: {},
        streams: [],
        rename: (stream) => stream,
        states: [],
        acknowledgesImmediately: true,
        jobId: 1,
        attempt: 0,
      },
      {
        runtimeDirs: { scratchRoot: join(dataDir, 'scratch'), localRoot: join(dataDir, 'local') },
        warn: jest.fn(),
        now: () => new Date(),
        signal: new AbortController().signal,
        graceMs: 1000,
        silenceMs: 60_000,
        stateWaitMs: 1000,
        standstill: new Standstill(),
        holdable: { connectionId: 'c', rests: false },
        onProcess: () => {
          throw new Error('database or disk is full');
        },
        onProcessEnd: jest.fn(),
        onCommit: jest.fn(),
        onConfiguration: jest.fn(),
        redact: (text) => text,
        elapsedMs: () => performance.now(),
        onCheckpoints: () => undefined,
        logEvent: () => undefined,
        checkRecords: () => null,
      },
    );
    expect(failure).toMatchObject({ message: 'database or disk is full' });
    expect(bench.leftOverProcesses()).toEqual([]);
  });
});
