import { Injectable } from '@nestjs/common';
import type { RequestContext } from '../../http/request-context';
import { AirbyteClient } from '../client/airbyte.client';
import type { ActorKind } from '../client/connectors/connector-types';
import { capabilityProblem } from '../core/capability-problem';
import { maskedText } from '../core/mask-secrets';
import { withProblems } from '../core/upstream-problem';
import { ConnectorEndpoints, type ConnectionCheck } from '../internal/connector-endpoints';
import { CapabilityOffError } from '../internal/internal-caller';
import { withoutSecrets } from './actor-problems';
import { SecretRedactor } from './configuration/secret-redactor';
import { ConfigurationCheck } from './configuration-check';
import { ConnectorService } from './connector.service';
import type { ConnectionCheckDto } from './dto/connection-check.dto';
import type { ConnectorInputDto } from './dto/connector-input.dto';

/** A connector's message may contain a log. */
const MAX_MESSAGE_CHARACTERS = 1000;

/** Runs the checks of connectors. Nothing is created or changed. */
@Injectable()
export class CheckService {
  constructor(
    private readonly client: AirbyteClient,
    private readonly connectors: ConnectorService,
    private readonly configurations: ConfigurationCheck,
    private readonly endpoints: ConnectorEndpoints,
  ) {}

  async existing(kind: ActorKind, id: string, context: RequestContext): Promise<ConnectionCheckDto> {
    await this.connectors.require(kind, id, this.client.withDeadline(context));
    const bounded = this.client.withDeadline(context, 'discover');
    return run(new SecretRedactor([]), () => this.endpoints.check(kind, id, bounded));
  }

  /** @throws ProblemException `validation-failed` as for the creation */
  async uncreated(
    kind: ActorKind,
    request: ConnectorInputDto,
    context: RequestContext,
  ): Promise<ConnectionCheckDto> {
    const accepted = await this.configurations.creation(kind, request, context);
    const { listedDefinitionId: definitionId, secrets } = accepted;
    const { workspaceId, configuration } = accepted.input;
    // Airbyte would answer for an unknown id as if it had no checks, for all callers.
    if (definitionId === null)
      throw capabilityProblem({
        capability: 'connectorChecks',
        state: 'off',
        reason: `This Airbyte does not list its connectors. It checks the ${kind} when it is created.`,
      });
    const bounded = this.client.withDeadline(context, 'discover');
    return run(new SecretRedactor(secrets), () =>
      this.endpoints.checkConfiguration(kind, { definitionId, workspaceId, configuration }, bounded),
    );
  }
}

async function run(
  redactor: SecretRedactor,
  call: () => Promise<ConnectionCheck>,
): Promise<ConnectionCheckDto> {
  try {
    const { succeeded, message } = await withProblems(() => withoutSecrets(redactor, call));
    if (succeeded) return { status: 'succeeded', message: null };
    const reason = message === null ? null : maskedText(redactor.redact(message), MAX_MESSAGE_CHARACTERS);
    return { status: 'failed', message: reason };
  } catch (error) {
    if (!(error instanceof CapabilityOffError)) throw error;
    throw capabilityProblem({ capability: error.capability, state: 'off', reason: error.reason });
  }
}
