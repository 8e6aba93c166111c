import { inTurns } from '../../../lib/in-turns';
import { type AirbyteCaller, parseAtOnce } from '../call/airbyte-caller';
import { connectorOperations } from '../connectors/connector-operations';
import type { Operation } from '../model/operation';
import { isMembers, type Members, members, optionalText, recordId, rows } from '../model/parse';
import { readAllPages } from '../model/paging';
import { segment } from '../model/request-builders';

/** Kinds of notifications of a workspace (`NotificationsConfig` of Airbyte's API description, since Airbyte 1.5). */
const NOTIFICATION_KINDS = [
  'success',
  'failure',
  'connectionUpdate',
  'connectionUpdateActionRequired',
  'syncDisabled',
  'syncDisabledWarning',
] as const;
export type NotificationKind = (typeof NOTIFICATION_KINDS)[number];

/** The URL that Airbyte sends notifications of one kind to. There is one for each kind and workspace. */
export interface NotificationTarget {
  readonly isEnabled: boolean;
  readonly url: string | null;
}

export interface NotifyingWorkspace {
  readonly workspaceId: string;
  readonly name: string;
  /** Null before Airbyte 1.5. A kind that is not configured is absent. */
  readonly targets: Readonly<Partial<Record<NotificationKind, NotificationTarget>>> | null;
}

/** Notification settings of workspaces. Every method rejects with `AirbyteError`. */
export class WorkspaceCalls {
  constructor(private readonly caller: AirbyteCaller) {}

  /** @param workspaceIds empty: all workspaces of the credentials */
  list(workspaceIds: readonly string[]): Promise<readonly NotifyingWorkspace[]> {
    return readAllPages(
      (page) =>
        this.caller.call(
          () => connectorOperations.listWorkspaces({ workspaceIds, ...page }),
          (body) => inTurns(rows(body, parseWorkspace, () => undefined)),
        ),
      ({ workspaceId }) => workspaceId,
    );
  }

  /** Sends notifications of these kinds to the URL. Other kinds, and mails, stay as they are. */
  async sendTo(workspaceId: string, kinds: readonly NotificationKind[], url: string): Promise<void> {
    const webhook = { enabled: true, url };
    const notifications = Object.fromEntries(kinds.map((kind) => [kind, { webhook }]));
    await this.caller.call(
      () => patchWorkspace(workspaceId, { notifications }),
      parseAtOnce(() => undefined),
    );
  }
}

function patchWorkspace(id: string, body: Members): Operation {
  return {
    name: 'patchWorkspace',
    method: 'PATCH',
    path: `/workspaces/${segment('patchWorkspace', id)}`,
    body,
    safety: 'idempotent',
    lane: 'read',
    expects: 'json',
  };
}

function parseWorkspace(row: unknown): NotifyingWorkspace {
  const workspace = members(row, 'workspace');
  const { notifications } = workspace;
  return {
    workspaceId: recordId(workspace, 'workspaceId'),
    name: optionalText(workspace, 'name') ?? '',
    targets: isMembers(notifications) ? targetsOf(notifications) : null,
  };
}

function targetsOf(notifications: Members): NotifyingWorkspace['targets'] {
  return Object.fromEntries(
    NOTIFICATION_KINDS.flatMap((kind) => {
      const one = notifications[kind];
      const webhook = isMembers(one) ? one['webhook'] : undefined;
      if (!isMembers(webhook)) return [];
      return [[kind, { isEnabled: webhook['enabled'] === true, url: optionalText(webhook, 'url') || null }]];
    }),
  );
}
