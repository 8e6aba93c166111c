import { join } from 'node:path';
import { DatabaseSync } from '@photostructure/sqlite';
import { sqliteDestination } from '../../src/embedded/connectors/destination-sqlite/destination';
import { isObject } from '../../src/embedded/platform/json';
import { DestinationRun } from './destination-run';

/** A SQLite file that the destination writes. */
export class SqliteOutput extends DestinationRun {
  readonly file = join(this.local, 'out.sqlite');

  constructor() {
    super(sqliteDestination, '/local/out.sqlite');
  }

  query(sql: string): Record<string, unknown>[] {
    return this.withDatabase((db) => {
      const statement = db.prepare(sql);
      statement.setReadBigInts(true);
      const found: unknown[] = statement.all();
      return found.map((row) => (isObject(row) ? { ...row } : {}));
    });
  }

  exec(sql: string): void {
    this.withDatabase((db) => {
      db.exec(sql);
    });
  }

  private withDatabase<T>(work: (db: InstanceType<typeof DatabaseSync>) => T): T {
    const db = new DatabaseSync(this.file);
    try {
      return work(db);
    } finally {
      db.close();
    }
  }
}

/** A stream with properties, to put into a configured catalog. */
export function streamWith(name: string, properties: Readonly<Record<string, object>>): { stream: object } {
  return {
    stream: { name, json_schema: { type: 'object', properties }, supported_sync_modes: ['incremental'] },
  };
}
