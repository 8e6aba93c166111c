import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { DatabaseSync } from '@photostructure/sqlite';
import { numberAt, objectAt, parseObject } from '../../../src/embedded/platform/json';

/** Number of copies of each row at the destination. */
export class CountedRows {
  readonly times: Uint8Array;
  lines = 0;
  distinct = 0;
  /** Rows that the source does not have. */
  foreign = 0;
  /** Lines that cannot be read. */
  broken = 0;

  constructor(rows: number) {
    this.times = new Uint8Array(rows);
  }

  add(id: number | null, times = 1): void {
    this.lines += times;
    const before = id === null ? undefined : this.times[id];
    if (id === null) this.broken += times;
    else if (before === undefined) this.foreign += times;
    else {
      if (before === 0) this.distinct++;
      this.times[id] = before + times;
    }
  }
}

/** Counts the records of a file that local-json wrote. Ids begin with `first`. */
export async function countLines(path: string, rows: number, first = 0): Promise<CountedRows> {
  const counted = new CountedRows(rows);
  for await (const line of createInterface({ input: createReadStream(path) })) {
    const data = objectAt(parseObject(line) ?? {}, '_airbyte_data') ?? {};
    const id = numberAt(data, 'id') ?? data['id'];
    counted.add(id === undefined ? null : Number(id) - first);
  }
  return counted;
}

/** Counts the rows of a view that the sqlite destination made. */
export function countTable(path: string, name: string, first: number, rows: number): CountedRows {
  const db = new DatabaseSync(path);
  try {
    const counted = new CountedRows(rows);
    const ids = db.prepare(
      `SELECT CAST("id" AS INTEGER) AS "id", COUNT(*) AS "times" FROM "${name}" GROUP BY 1`,
    );
    for (const row of ids.all()) {
      const { id, times } = row as { id: number | null; times: number };
      counted.add(id === null ? null : id - first, times);
    }
    return counted;
  } finally {
    db.close();
  }
}

/**
 * Number of repeated checkpoints. A destination that appends stores the rows between two states wholly or not at
 * all, so each of them is there equally often.
 * @param times how often each row is there, in the order in which the source reads them
 */
export function repeatsOf(times: Uint8Array, checkpointRows: number): { repeated: number; uneven: number } {
  const repeats = { repeated: 0, uneven: 0 };
  for (let from = 0; from < times.length; from += checkpointRows) {
    const checkpoint = times.subarray(from, from + checkpointRows);
    const [first = 0] = checkpoint;
    if (checkpoint.every((count) => count === first)) repeats.repeated += Math.max(0, first - 1);
    else repeats.uneven++;
  }
  return repeats;
}
