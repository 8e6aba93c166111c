import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { EmbeddedUnderTest } from '../../../test/embedded/embedded-kit';
import { identify } from '../platform/process-identity';
import { AttemptStore } from '../store/attempts';
import { Database } from '../store/database';

let embedded: EmbeddedUnderTest;
const children: ChildProcess[] = [];

beforeAll(async () => {
  embedded = await EmbeddedUnderTest.start();
});

afterAll(async () => {
  for (const child of children) child.kill('SIGKILL');
  await embedded.remove();
});

async function startIdle(): Promise<ChildProcess> {
  const child = spawn(process.execPath, ['-e', 'console.log(1); setInterval(() => 0, 1000)'], {
    detached: true,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  children.push(child);
  await once(child.stdout, 'data');
  return child;
}

describe('an engine that starts where one was killed', () => {
  it('ends the connectors that outlived it, and nobody who was given the id of one since', async () => {
    await embedded.stop();
    const [orphan, stranger] = [await startIdle(), await startIdle()];
    const db = Database.open(embedded.dataDir);
    const attempts = new AttemptStore(db);
    attempts.addProcess(1, identify(orphan.pid ?? 0));
    attempts.addProcess(1, { ...identify(stranger.pid ?? 0), started: 'before' });
    db.close();
    const ended = once(orphan, 'exit');
    await embedded.startAgain();
    expect((await ended)[1]).toBe('SIGKILL');
    expect([stranger.exitCode, stranger.signalCode]).toEqual([null, null]);
    expect(embedded.log.join('\n')).toContain(
      `Ending connector process ${orphan.pid ?? 0}, which an earlier run`,
    );
    await embedded.stop();
    const after = Database.open(embedded.dataDir);
    expect(new AttemptStore(after).processes()).toEqual([]);
    after.close();
  });
});
