import { objectAt, stringAt, type JsonObject } from '../../src/embedded/platform/json';
import { EmbeddedUnderTest } from '../embedded/embedded-kit';
import { PostgresServer } from './server';

const WORKSPACE = '18dccc91-0ab1-4f72-9ed7-0b8fc27c5826';

/** A server with the databases `shop` and `lake`, and an embedded Airbyte that syncs between them. */
export class SyncFlow {
  private constructor(
    readonly server: PostgresServer,
    readonly embedded: EmbeddedUnderTest,
  ) {}

  static async start(tables: string): Promise<SyncFlow> {
    const server = await PostgresServer.start();
    for (const name of ['shop', 'lake']) server.createDatabase(name);
    server.sql(tables, 'shop');
    return new SyncFlow(server, await EmbeddedUnderTest.start());
  }

  async stop(): Promise<void> {
    await this.embedded.remove();
    await this.server.stop();
  }

  /** Runs statements at the source. */
  shop(statements: string): string {
    return this.server.sql(statements, 'shop');
  }

  /** Runs statements at the destination. */
  lake(statements: string): string {
    return this.server.sql(statements, 'lake');
  }

  source(more: JsonObject = {}): JsonObject {
    return { sourceType: 'postgres', ...this.server.config('shop'), schemas: ['public'], ...more };
  }

  destination(schema: string): JsonObject {
    return { destinationType: 'postgres', ...this.server.config('lake'), schema };
  }

  async create(kind: 'source' | 'destination', configuration: JsonObject): Promise<string> {
    const body = { name: 'test', workspaceId: WORKSPACE, configuration };
    const answer = (await this.embedded.client.post(`/${kind}s`, body)).body;
    return stringAt(answer, `${kind}Id`) ?? refused(answer);
  }

  /**
   * Creates a source, a destination and a connection, and returns its id.
   * @throws Error with the message of a refusal
   */
  async connect(
    from: JsonObject,
    to: JsonObject,
    streams: readonly JsonObject[],
    more: JsonObject = {},
  ): Promise<string> {
    const sourceId = await this.create('source', from);
    const destinationId = await this.create('destination', to);
    const body = { sourceId, destinationId, configurations: { streams }, ...more };
    const answer = (await this.embedded.client.post('/connections', body)).body;
    return stringAt(answer, 'connectionId') ?? refused(answer);
  }

  /** Runs a sync that must succeed. Returns the reported number of rows. */
  async sync(connectionId: string): Promise<unknown> {
    const job = await this.run(connectionId);
    if (job['status'] !== 'succeeded') throw new Error(this.log);
    return job['rowsSynced'];
  }

  /** Runs a sync that must fail. */
  async fail(connectionId: string): Promise<void> {
    expect((await this.run(connectionId))['status']).toBe('failed');
  }

  get log(): string {
    return this.embedded.log.join('\n');
  }

  private async run(connectionId: string): Promise<JsonObject> {
    const { client } = this.embedded;
    return client.jobIn(await client.sync(connectionId), 'succeeded', 'failed', 'cancelled');
  }
}

function refused(answer: JsonObject): never {
  throw new Error(stringAt(objectAt(answer, 'data') ?? {}, 'message') ?? JSON.stringify(answer));
}
