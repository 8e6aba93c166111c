import type { Client, Connection, Submittable } from 'pg';
import { ConnectorError } from '../../protocol/connector';
import { isObject } from '../../platform/json';

/** The methods of pg's connection that send COPY data. Its type declarations omit them. */
interface CopyConnection extends Connection {
  sendCopyFromChunk(chunk: Buffer): void;
  endCopyFrom(): void;
}

function canCopy(connection: Connection): connection is CopyConnection {
  return 'sendCopyFromChunk' in connection && 'endCopyFrom' in connection;
}

/** Sends rows in COPY's text format. Returns the number of stored rows. */
export function copyIn(client: Client, statement: string, rows: Buffer): Promise<number> {
  return new Promise((resolve, reject) => {
    client.query(new CopyIn(statement, rows, resolve, reject));
  });
}

/** One COPY FROM STDIN as a statement for pg's client. */
class CopyIn implements Submittable {
  private stored = 0;

  constructor(
    private readonly statement: string,
    private readonly rows: Buffer,
    private readonly resolve: (stored: number) => void,
    private readonly reject: (error: unknown) => void,
  ) {}

  submit(connection: Connection): void {
    connection.query(this.statement);
  }

  handleCopyInResponse(connection: Connection): void {
    if (!canCopy(connection))
      throw new ConnectorError('system_error', 'This version of pg cannot send COPY data.');
    connection.sendCopyFromChunk(this.rows);
    connection.endCopyFrom();
  }

  handleCommandComplete(message: unknown): void {
    const text = isObject(message) && typeof message['text'] === 'string' ? message['text'] : '';
    this.stored = Number(/^COPY (\d+)$/.exec(text)?.[1] ?? 0);
  }

  handleReadyForQuery(): void {
    this.resolve(this.stored);
  }

  handleError(error: unknown): void {
    this.reject(error);
  }
}
