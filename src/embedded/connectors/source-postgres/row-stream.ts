import { Query, type Client, type QueryArrayConfig } from 'pg';

/** The values of a row in Postgres' text form. */
export type TextRow = readonly (string | null)[];

/**
 * Runs a query and passes each row to `onRow` as it arrives. When `onRow` returns true, the socket is paused until
 * `drain` resolves. This back-pressure reaches the server, so memory holds one chunk of the socket and one row.
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
      // Rows after a failed row are discarded. A later state would count the failed row as read.
      if (hasFailed) return;
      try {
        // The current chunk may contain more rows. The running drain covers them.
        if (onRow(row) && drains.running === null) pauseUntilDrained();
      } catch (error) {
        // The caller closes the connection while the query is still running.
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
