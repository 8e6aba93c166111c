import { Injectable } from '@nestjs/common';
import type { RequestContext } from '../../http/request-context';
import type { FieldErrorDto } from '../../api/problem/problem.dto';
import { validationFailed } from '../../api/problem/problem.exception';
import type { ActorKind, AirbyteActor, CreateActorInput } from '../client/connectors/connector-types';
import type { Members } from '../client/model/parse';
import { nameList, Suggestions } from '../core/suggestions';
import { withProblems } from '../core/upstream-problem';
import { maskErrors, mergeConfiguration, withoutMasks } from './configuration/configuration-change';
import { maskConfiguration, MASK, secretsOf } from './configuration/secrets';
import { ConnectorCatalog, type Definition } from './connector-catalog';
import type { ConnectorInputDto } from './dto/connector-input.dto';
import { WorkspaceChoice } from './workspace-choice';

/** A validated creation. */
export interface AcceptedActor {
  readonly input: CreateActorInput;
  /** Id of the connector; null if Airbyte does not list its connectors, so that a requested id is not known to exist. */
  readonly listedDefinitionId: string | null;
  /** Null if the schema of the connector cannot be had. */
  readonly specification: Members | null;
  readonly secrets: readonly string[];
}

/** A validated change of a configuration. */
export interface AcceptedChange {
  readonly change: Members;
  readonly specification: Members | null;
  readonly secrets: readonly string[];
}

/** Validates configurations before anything is sent. */
@Injectable()
export class ConfigurationCheck {
  constructor(
    private readonly catalog: ConnectorCatalog,
    private readonly workspaces: WorkspaceChoice,
  ) {}

  /** @throws ProblemException `validation-failed` with an error for each invalid field */
  async creation(
    kind: ActorKind,
    { name, definitionId, type, workspaceId, configuration }: ConnectorInputDto,
    context: RequestContext,
  ): Promise<AcceptedActor> {
    assertOneConnector(type ?? null, definitionId ?? null);
    const workspace = await this.workspaces.of(workspaceId, context);
    const requested = { definitionId: definitionId ?? null, type: type ?? null };
    const definitions = await withProblems(() => this.catalog.definitions(kind, workspace, context));
    const definition = definitions && definitionOf(kind, requested, definitions);
    const id = definition?.id ?? requested.definitionId;
    // Airbyte would answer for an unknown id as if it had no specifications at all.
    const specification = definition
      ? await this.specification(kind, definition.id, workspace, context)
      : null;
    const errors = [
      ...maskErrors(configuration, 'configuration'),
      ...(await schemaErrors(specification, configuration)),
    ];
    if (errors.length > 0) throw validationFailed(errors);
    return {
      input: {
        name,
        workspaceId: workspace,
        ...(id !== null && { definitionId: id }),
        configuration: id === null ? { ...configuration, [`${kind}Type`]: requested.type } : configuration,
      },
      listedDefinitionId: definition?.id ?? null,
      specification,
      secrets: secretsOf(configuration, specification),
    };
  }

  /** @throws ProblemException `validation-failed` */
  async change(
    kind: ActorKind,
    actor: AirbyteActor,
    sent: Members,
    context: RequestContext,
  ): Promise<AcceptedChange> {
    const specification = await this.specificationOf(kind, actor, context);
    const shown = maskConfiguration(actor.configuration, specification);
    const { change, errors } = withoutMasks(sent, shown);
    const merged = mergeConfiguration(shown, change);
    const all = [...errors, ...(await schemaErrors(specification, merged))];
    if (all.length > 0) throw validationFailed(all);
    return { change, specification, secrets: secretsOf(change, specification) };
  }

  /** JSON schema of the connector of a source or destination; null if it cannot be had. */
  specificationOf(kind: ActorKind, actor: AirbyteActor, context: RequestContext): Promise<Members | null> {
    const { definitionId, workspaceId } = actor;
    return definitionId === null
      ? Promise.resolve(null)
      : this.specification(kind, definitionId, workspaceId, context);
  }

  private specification(
    kind: ActorKind,
    definitionId: string,
    workspaceId: string,
    context: RequestContext,
  ): Promise<Members | null> {
    return withProblems(() => this.catalog.specification(kind, definitionId, workspaceId, context));
  }
}

/** Errors at masks are left out: the stored value is not known, and Airbyte has accepted it. */
async function schemaErrors(
  specification: Members | null,
  configuration: Members,
): Promise<readonly FieldErrorDto[]> {
  if (!specification) return [];
  // Loaded on first use, because most gateways start without it.
  const { validateConfiguration } = await import('./configuration/schema-validator.js');
  const errors = validateConfiguration(specification, configuration) ?? [];
  return errors.filter(({ field }) => !isMaskAt(configuration, field));
}

function isMaskAt(configuration: Members, field: string): boolean {
  const path = field
    .split(/[.[\]]+/)
    .filter((part) => part !== '')
    .slice(1);
  const value = path.reduce<unknown>(
    (from, name) => (typeof from === 'object' && from !== null ? Reflect.get(from, name) : undefined),
    configuration,
  );
  return typeof value === 'string' && value.includes(MASK);
}

function assertOneConnector(type: string | null, definitionId: string | null): void {
  if ((type === null) !== (definitionId === null)) return;
  const reason = type === null ? 'is missing' : 'is sent together with definitionId';
  const hint =
    'Name the connector by its type or by its definitionId. GET /connector-definitions lists both.';
  throw validationFailed([{ field: 'type', reason, hint }]);
}

interface Requested {
  readonly definitionId: string | null;
  readonly type: string | null;
}

/** @throws ProblemException `validation-failed` */
function definitionOf(
  kind: ActorKind,
  { definitionId, type }: Requested,
  definitions: readonly Definition[],
): Definition {
  const found = definitions.find((one) =>
    definitionId === null ? one.type === type : one.id === definitionId,
  );
  if (found) return found;
  const all = `GET /connector-definitions?kind=${kind} lists them.`;
  if (definitionId !== null)
    throw validationFailed([
      { field: 'definitionId', reason: `names no ${kind} connector that Airbyte knows`, hint: all },
    ]);
  const types = [...new Set(definitions.map((one) => one.type))].sort();
  const meant = new Suggestions().for(type ?? '', types);
  throw validationFailed([
    {
      field: 'type',
      reason: `names no ${kind} connector that Airbyte knows`,
      hint: `${meant}The types are: ${nameList(types)}. ${all}`,
    },
  ]);
}
