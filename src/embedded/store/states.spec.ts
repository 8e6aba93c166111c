import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from '@photostructure/sqlite';
import { Database } from './database';
import { SCHEMA } from './schema';
import { StateStore } from './states';

it('states of an older version are kept by stream and to the last digit', () => {
  const folder = mkdtempSync(join(tmpdir(), 'states-'));
  try {
    const old = new DatabaseSync(join(folder, 'state.db'));
    for (const step of SCHEMA.slice(0, 3)) if (typeof step === 'string') old.exec(step);
    old.exec('CREATE TABLE "meta" ("key" TEXT PRIMARY KEY, "value" TEXT NOT NULL)');
    old.exec(`INSERT INTO "meta" VALUES ('schema_version', '3')`);
    const keep = old.prepare('INSERT INTO "states" VALUES (?, ?, ?, ?, 7)');
    const states: [string, string, string, string][] = [
      [
        'stream',
        'n',
        's',
        '{"type":"STREAM","stream":{"stream_descriptor":{"name":"s","namespace":"n"},"stream_state":{"at":12345678901234567890}}}',
      ],
      ['legacy', '', '', '{"data":{"at":1.10}}'],
      [
        'global',
        '',
        '',
        '{"type":"GLOBAL","global":{"shared_state":{"lsn":1},"stream_states":[{"stream_descriptor":{"name":"a"},"stream_state":{"x":1e400}},{"stream_descriptor":{"name":"b","namespace":"n"}}]}}',
      ],
    ];
    for (const state of states) keep.run(...state);
    old.close();
    const db = Database.open(folder);
    const store = new StateStore(db);
    expect(store.list('stream')).toEqual([
      {
        stream: { name: 's', namespace: 'n' },
        kind: 'STREAM',
        text: '{"at":12345678901234567890}',
        jobId: 7,
      },
    ]);
    expect(store.list('legacy')).toEqual([{ stream: null, kind: 'LEGACY', text: '{"at":1.10}', jobId: 7 }]);
    expect(store.list('global')).toEqual([
      { stream: null, kind: 'GLOBAL', text: '{"lsn":1}', jobId: 7 },
      { stream: { name: 'a', namespace: '' }, kind: 'GLOBAL', text: '{"x":1e400}', jobId: 7 },
    ]);
    db.close();
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
