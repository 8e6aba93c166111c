import { Query, type Client, type QueryArrayConfig } from 'pg';

/** The values of a row, each in Postgres' text form. */
export type TextRow = readonly (string | null)[];

/**
 * Runs a query and hands over each row as it comes. When `onRow` returns true, the socket is paused until `drain` is
 * done: the server then waits too, so memory holds one piece of the socket and one row, whatever rows weigh.
 */
export async function streamRows(
  client: Client,
  { text, values }: { text: string; values: readonly string[] },
  onRow: (row: TextRow) => boolean,
  drain: () => Promise<void>,
): Promise<void> {
  const socket = client.connection.stream;
  const drains: { running: Promise<void> | null } = { running: null };
  const config: QueryArrayConfig = {
    text,
    values: [...values],
    rowMode: 'array',
    types: { getTypeParser: () => (value: string) => value },
  };
  await new Promise<void>((resolve, reject) => {
    const pauseUntilDrained = (): void => {
      socket.pause();
      drains.running = drain();
      drains.running.then(() => {
        drains.running = null;
        socket.resume();
      }, reject);
    };
    const query = new Query<string[]>(config);
    let hasFailed = false;
    query.on('row', (row: TextRow) => {
      // What follows a failed row must not go out: a state behind it would count it as read.
      if (hasFailed) return;
      try {
        // More rows may be in the piece that is being parsed: one drain takes them too.
        if (onRow(row) && drains.running === null) pauseUntilDrained();
      } catch (error) {
        // The connection is of no use any more: its owner closes it with the query still running.
        hasFailed = true;
        reject(error instanceof Error ? error : new Error(String(error)));
      }
    });
    query.on('error', reject);
    query.on('end', () => {
      resolve();
    });
    client.query(query);
  });
  await drains.running;
}
