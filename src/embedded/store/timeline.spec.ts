import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Database } from './database';
import { TimelineStore } from './timeline';

it('keeps the newest thousand events of each connection', () => {
  const folder = mkdtempSync(join(tmpdir(), 'timeline-'));
  const db = Database.open(folder);
  try {
    const timeline = new TimelineStore(db);
    const add = (connectionId: string, number: number): void => {
      const summary = { number };
      const createdAt = new Date(number);
      timeline.add({
        connectionId,
        type: 'CONNECTION_ENABLED',
        jobId: null,
        summary,
        byUser: true,
        createdAt,
      });
    };
    add('quiet', 0);
    db.transaction(() => {
      for (let number = 0; number < 1200; number++) add('busy', number);
    });
    const list = (connectionId: string): unknown[] =>
      timeline
        .list({
          connectionId,
          jobId: null,
          types: [],
          createdFrom: null,
          createdTo: null,
          limit: 5000,
          offset: 0,
        })
        .map(({ summary }) => summary['number']);
    expect(list('busy')).toEqual(Array.from({ length: 1000 }, (_, index) => 1199 - index));
    expect(list('quiet')).toEqual([0]);
  } finally {
    db.close();
    rmSync(folder, { recursive: true, force: true });
  }
});
