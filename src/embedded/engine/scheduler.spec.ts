import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConnectionStore } from '../store/connections';
import { Database } from '../store/database';
import { JobStore } from '../store/jobs';
import { Scheduler } from './scheduler';

it('a sync that cannot be started is started a minute later, and hinders nothing else', () => {
  const folder = mkdtempSync(join(tmpdir(), 'scheduler-'));
  const db = Database.open(folder);
  try {
    const connections = new ConnectionStore(db);
    const common = {
      sourceId: 's',
      destinationId: 'd',
      workspaceId: 'w',
      status: 'active',
      settings: {},
    } as const;
    let now = new Date('2026-01-15T00:00:30Z');
    for (const id of ['full-disk', 'fine']) {
      const cron = { expression: '0 * * * * ?', timeZone: 'UTC' };
      connections.save({ ...common, id, name: id, cron, streams: [], createdAt: now });
    }
    const started: string[] = [];
    const errors: string[] = [];
    const note = (message: string): void => void errors.push(message);
    const scheduler = new Scheduler({
      connections,
      jobs: new JobStore(db),
      now: () => now,
      log: { info: note, warn: note, error: note },
      start: ({ id }) => {
        if (id === 'full-disk' && errors.length === 0) throw new Error('disk full');
        started.push(id);
      },
    });
    for (const id of ['full-disk', 'fine']) scheduler.refresh(id);
    const startedBy = (at: string): string[] => {
      now = new Date(`2026-01-15T${at}Z`);
      scheduler.tick();
      return [...started];
    };
    expect(['00:01:00', '00:01:59', '00:02:00'].map(startedBy)).toEqual([
      ['fine'],
      ['fine'],
      ['fine', 'full-disk'],
    ]);
    expect(errors).toEqual(['The sync of connection full-disk could not be started: disk full']);
  } finally {
    db.close();
    rmSync(folder, { recursive: true, force: true });
  }
});
