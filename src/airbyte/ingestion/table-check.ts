import { Injectable } from '@nestjs/common';
import type { RequestContext } from '../../http/request-context';
import { inTurns } from '../../lib/in-turns';
import { ProblemException } from '../../api/problem/problem.exception';
import { AirbyteClient } from '../client/airbyte.client';
import { AirbyteError } from '../client/model/airbyte-errors';
import type { AirbyteConnection, CreateConnectionInput, StreamInput } from '../client/model/airbyte-types';
import { isDeleted } from '../core/ingestion-mapper';
import { isVisibleTo } from '../core/visibility';
import { Mirror } from '../mirror/mirror';
import type { CreationWarningDto } from './dto/creation-check.dto';
import { type TableClash, tableClashes, type TableWriter, type WrittenStream } from './table-clashes';

/** Airbyte's. */
const DEFAULT_MODE = 'full_refresh_overwrite';

/** Refuses ingestions that would replace rows of other ones. */
@Injectable()
export class TableCheck {
  constructor(
    private readonly client: AirbyteClient,
    private readonly mirror: Mirror,
  ) {}

  /**
   * For a creation. Without the list of ingestions nothing is refused, since Airbyte itself permits it.
   * @throws ProblemException `table-in-use`
   */
  async assertFree(input: CreateConnectionInput, context: RequestContext): Promise<void> {
    try {
      await this.warningsOf(input, this.client.withDeadline(context));
    } catch (error) {
      if (!(error instanceof AirbyteError)) throw error;
    }
  }

  /**
   * For a change of the streams. Streams that stay as they are are not refused.
   * @throws ProblemException `table-in-use`
   */
  async assertStillFree(
    connection: AirbyteConnection,
    streams: readonly StreamInput[],
    context: RequestContext,
  ): Promise<void> {
    const isNew = ({ name, namespace, syncMode }: WrittenStream): boolean =>
      !connection.streams.some(
        (held) =>
          held.name === name &&
          (namespace === null || held.namespace === namespace) &&
          (held.syncMode ?? DEFAULT_MODE) === (syncMode ?? DEFAULT_MODE),
      );
    const own = { ...connection, streams: written(streams).filter(isNew) };
    if (own.streams.length === 0) return;
    try {
      const rows = await this.connections(this.client.withDeadline(context));
      refuse(await inTurns(tableClashes(own, rows), context.callerKey));
    } catch (error) {
      if (!(error instanceof AirbyteError)) throw error;
    }
  }

  /**
   * Tables that the ingestion would share with others without a loss of rows.
   * @throws ProblemException `table-in-use`; AirbyteError if the ingestions cannot be listed
   */
  async warningsOf(input: CreateConnectionInput, context: RequestContext): Promise<CreationWarningDto[]> {
    const rows = await this.connections(context);
    const { sourceId, destinationId, configurations } = input;
    const own: TableWriter = {
      connectionId: null,
      sourceId,
      destinationId,
      // Airbyte's defaults.
      prefix: null,
      namespaceDefinition: 'destination',
      namespaceFormat: null,
      streams: configurations ? written(configurations.streams) : knownStreams(sourceId, rows),
    };
    const clashes = await inTurns(tableClashes(own, rows), context.callerKey);
    refuse(clashes);
    return clashes.flatMap((clash) => {
      const reason = WARNINGS[clash.effect];
      if (reason === null) return [];
      return [
        { field: clash.field, reason: `${sharedTable(clash)} ${reason}`, connectionId: clash.connectionId },
      ];
    });
  }

  /**
   * Those that the caller may see: a destination belongs to one workspace, and so do the ingestions that use it. A list that the
   * mirror does not have is read for this caller alone, so that it takes no place from others in a full queue.
   */
  private async connections(context: RequestContext): Promise<AirbyteConnection[]> {
    if (this.mirror.state().listAgeMs !== null) {
      const { rows } = await this.mirror.connections(context);
      return rows.map(({ connection }) => connection);
    }
    const workspaceId = context.caller?.workspaceId ?? null;
    const query = workspaceId === null ? {} : { workspaceIds: [workspaceId] };
    const rows = await this.client.listAllConnections(query, context);
    return rows.filter((row) => !isDeleted(row) && isVisibleTo(row, context));
  }
}

/** Null: it is refused. */
const WARNINGS: Readonly<Record<TableClash['effect'], string | null>> = {
  replaces: null,
  equal: 'Both write it from the same stream, and a sync of one replaces the rows of the other.',
  repeats: 'Both append its rows, so each row will be in the table twice.',
  mixes: 'Both append, so the table will have the rows of both.',
};

const HINT =
  'Choose another destination, for example one with another schema or file, or name only streams whose tables nobody else writes.';

/** @throws ProblemException `table-in-use` */
function refuse(clashes: readonly TableClash[]): void {
  const refused = clashes.filter(({ effect }) => effect === 'replaces');
  const [first] = refused;
  if (!first) return;
  const others = refused.flatMap(({ connectionId }) => (connectionId === null ? [] : [connectionId]));
  throw new ProblemException(
    'table-in-use',
    `${sharedTable(first)} A sync of one would replace rows of the other.`,
    {
      errors: refused.map((clash) => ({ field: clash.field, reason: sharedTable(clash), hint: HINT })),
      ...(others[0] !== undefined && { connectionId: others[0] }),
    },
  );
}

function sharedTable({ table, connectionId }: TableClash): string {
  const shown = JSON.stringify(table);
  return connectionId === null
    ? `Two of the streams would write the table ${shown}, because the destination does not keep their namespaces.`
    : `The ingestion ${connectionId} already writes the table ${shown} of this destination.`;
}

function written(streams: readonly StreamInput[]): WrittenStream[] {
  return streams.map(({ name, namespace, syncMode }, index) => ({
    name,
    namespace: namespace ?? null,
    syncMode: syncMode ?? null,
    field: `streams[${index}].name`,
  }));
}

/** Without a list Airbyte takes all streams of the source. Those that other ingestions read are known. */
function knownStreams(sourceId: string, rows: readonly AirbyteConnection[]): WrittenStream[] {
  const streams = rows.flatMap((row) => (row.sourceId === sourceId ? row.streams : []));
  const unique = new Map(
    streams.map(({ name, namespace }) => [JSON.stringify([name, namespace]), { name, namespace }]),
  );
  return [...unique.values()].map((stream) => ({ ...stream, syncMode: null, field: 'destinationId' }));
}
