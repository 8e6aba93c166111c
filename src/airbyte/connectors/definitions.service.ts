import { Injectable } from '@nestjs/common';
import type { RequestContext } from '../../http/request-context';
import { ProblemException } from '../../api/problem/problem.exception';
import { TokenSigner } from '../../lib/token-signer';
import { readToken, writeToken } from '../../api/pagination/page-token';
import { withProblems } from '../core/upstream-problem';
import { ConnectorCatalog, type Definition } from './connector-catalog';
import {
  type ConnectorDefinitionDto,
  type ConnectorDefinitionListDto,
  type DefinitionsQueryDto,
  KINDS,
  MAX_DEFINITIONS,
} from './dto/connector-definition.dto';
import { WorkspaceChoice } from './workspace-choice';

/** Lists the connectors with their schemas. */
@Injectable()
export class DefinitionsService {
  constructor(
    private readonly catalog: ConnectorCatalog,
    private readonly workspaces: WorkspaceChoice,
    private readonly signer: TokenSigner,
  ) {}

  async list(
    { kind, type, workspaceId, pageSize = MAX_DEFINITIONS, pageToken }: DefinitionsQueryDto,
    context: RequestContext,
  ): Promise<ConnectorDefinitionListDto> {
    const after = pageToken === undefined ? '' : readToken(pageToken, this.signer);
    const workspace = await this.workspaces.of(workspaceId, context);
    const all = await withProblems(() => this.all(workspace, context));
    const wanted = all.filter(
      (one) => (kind ?? one.kind) === one.kind && (type ?? one.type) === one.type && positionOf(one) > after,
    );
    const page = wanted.slice(0, pageSize);
    const last = wanted.length > pageSize ? page.at(-1) : undefined;
    return {
      data: await withProblems(() => Promise.all(page.map((one) => this.toDto(one, workspace, context)))),
      nextPageToken: last === undefined ? null : writeToken(positionOf(last), this.signer),
    };
  }

  private async all(workspaceId: string, context: RequestContext): Promise<readonly Definition[]> {
    const lists = await Promise.all(
      KINDS.map((kind) => this.catalog.definitions(kind, workspaceId, context)),
    );
    if (lists.every((list) => list === null))
      throw new ProblemException(
        'capability-off',
        'This Airbyte does not list its connectors: its public API has no definitions, the credentials of the gateway must not read them, or the workspace does not exist.',
      );
    return lists.flatMap((list) => list ?? []).sort((a, b) => (positionOf(a) < positionOf(b) ? -1 : 1));
  }

  private async toDto(
    { id, kind, type, name, version, documentationUrl }: Definition,
    workspaceId: string,
    context: RequestContext,
  ): Promise<ConnectorDefinitionDto> {
    const configurationSchema = await this.catalog.specification(kind, id, workspaceId, context);
    return { definitionId: id, kind, type, name, version, documentationUrl, configurationSchema };
  }
}

/** Sources come first. The text has the form of an id, as page tokens require. */
function positionOf({ kind, id }: Definition): string {
  return `${kind === 'source' ? 'a' : 'b'}_${id}`;
}
