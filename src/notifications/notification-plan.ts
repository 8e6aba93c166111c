import type { NotificationKind, NotifyingWorkspace } from '../airbyte/client/workspaces/workspace-calls';

/** Kinds after which Airbyte has something new for the gateway. A warning is no change. */
const WANTED: readonly NotificationKind[] = [
  'success',
  'failure',
  'connectionUpdate',
  'connectionUpdateActionRequired',
  'syncDisabled',
];

/** One kind of notification of one workspace, before and after. */
export interface PlannedTarget {
  readonly kind: NotificationKind;
  /** `replaced`: Airbyte sends it somewhere else now, and would no longer do so. */
  readonly change: 'none' | 'set' | 'replaced';
  /** The URL now; null if nothing is sent. */
  readonly currentUrl: string | null;
}

/** The changes after which Airbyte notifies the gateway; null if this Airbyte has no such settings. */
export function planOf({ targets }: NotifyingWorkspace, url: string): readonly PlannedTarget[] | null {
  if (targets === null) return null;
  return WANTED.map((kind) => {
    const target = targets[kind];
    const currentUrl = target?.isEnabled === true ? target.url : null;
    if (currentUrl === url) return { kind, change: 'none', currentUrl };
    return { kind, change: currentUrl === null ? 'set' : 'replaced', currentUrl };
  });
}

/**
 * URL that Airbyte is to send notifications to.
 * @returns null if `gateway` is not the base URL of a gateway
 */
export function notificationUrl(gateway: string, token: string): string | null {
  const url = URL.canParse(gateway) ? new URL(gateway) : null;
  if (url === null || !/^https?:$/.test(url.protocol)) return null;
  if ([url.username, url.password, url.search, url.hash].some((part) => part !== '')) return null;
  return `${url.href.replace(/\/+$/, '')}/hooks/airbyte/${token}`;
}

/** One line of the report. The token is not shown. */
export function lineOf({ kind, change, currentUrl }: PlannedTarget): string {
  const name = kind.padEnd(32);
  if (change === 'none') return `  ${name}already sent to the gateway`;
  return change === 'set' ? `  ${name}not sent now` : `  ${name}replaces ${currentUrl ?? ''}`;
}
