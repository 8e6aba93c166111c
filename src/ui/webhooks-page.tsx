import type { components } from '@airbyte-ingestion/client';
import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { ago, duration, moment, relative, useNow, words } from './format';
import { ProblemNotice } from './problem';
import { answerOf, GATEWAY_URL, type Session } from './session';
import { Table } from './table';
import { useAction } from './use-action';

type Webhook = components['schemas']['Webhook'];
type WebhookList = components['schemas']['WebhookList'];
type WebhookTest = components['schemas']['WebhookTest'];
type Delivery = components['schemas']['WebhookDelivery'];
type DeliveryList = components['schemas']['WebhookDeliveryList'];

const DELIVERIES = 20;

/** The webhooks that the key may see, with a test and the newest deliveries of each. */
export function WebhooksPage({ session }: { readonly session: Session }): JSX.Element {
  const [webhooks, setWebhooks] = useState<readonly Webhook[] | null>(null);
  const [error, setError] = useState<unknown>(null);
  useEffect(() => {
    const stop = new AbortController();
    session.client.http
      .GET('/webhooks', { signal: stop.signal })
      .then((answer) => {
        setWebhooks(answerOf<WebhookList>(answer).data);
      })
      .catch((reason: unknown) => {
        if (!stop.signal.aborted) setError(reason);
      });
    return () => {
      stop.abort();
    };
  }, []);
  return (
    <div class="webhooks-page">
      <h1 tabIndex={-1}>Webhooks</h1>
      <ProblemNotice error={error} />
      {webhooks === null && error === null && <p class="quiet">Loading…</p>}
      {webhooks?.length === 0 && (
        <p class="empty">
          There are no webhooks yet. <code>POST /webhooks</code> creates one: see the{' '}
          <a href={`${GATEWAY_URL}/docs/#/webhooks/createWebhook`}>reference</a>.
        </p>
      )}
      {webhooks?.map((webhook) => (
        <WebhookPanel key={webhook.webhookId} webhook={webhook} session={session} />
      ))}
    </div>
  );
}

interface WebhookPanelProps {
  readonly webhook: Webhook;
  readonly session: Session;
}

function WebhookPanel({ webhook, session }: WebhookPanelProps): JSX.Element {
  const nowMs = useNow();
  const { webhookId, url, description, types, failingSince } = webhook;
  const [deliveries, setDeliveries] = useState<readonly Delivery[] | null>(null);
  const [tested, setTested] = useState<WebhookTest | null>(null);
  const { isBusy, error, act } = useAction();
  const test = async (): Promise<void> => {
    setTested(null);
    const params = { path: { webhookId } };
    setTested(
      answerOf<WebhookTest>(await session.client.http.POST('/webhooks/{webhookId}/test', { params })),
    );
  };
  const showDeliveries = async (): Promise<void> => {
    const params = { path: { webhookId }, query: { limit: DELIVERIES } };
    const answer = await session.client.http.GET('/webhooks/{webhookId}/deliveries', { params });
    setDeliveries(answerOf<DeliveryList>(answer).data);
  };
  return (
    <section class="panel" aria-label={url}>
      <h2 dir="auto">{description ?? url}</h2>
      {description !== null && <p>{url}</p>}
      <p class="quiet">
        {stateOf(webhook)} · {types.length === 0 ? 'all events' : types.join(', ')}
        {failingSince !== null && ` · failing since ${moment(failingSince)} (${ago(failingSince, nowMs)})`}
      </p>
      <div class="buttons">
        <button type="button" disabled={isBusy} onClick={() => void act(test)}>
          Send a test message
        </button>
        <button type="button" disabled={isBusy} onClick={() => void act(showDeliveries)}>
          {deliveries === null ? 'Show deliveries' : 'Read deliveries again'}
        </button>
      </div>
      <div role="status">{tested && <Tested result={tested} />}</div>
      <ProblemNotice error={error} />
      {deliveries?.length === 0 && <p class="quiet">Nothing has been sent yet.</p>}
      {deliveries !== null && deliveries.length > 0 && (
        <Table
          label="Table of deliveries"
          head={['Event', 'When', 'State', 'Attempts', 'Last result', 'Next attempt']}
          rows={deliveries.map((delivery) => [
            delivery.type,
            <span title={moment(delivery.observedAt)}>{ago(delivery.observedAt, nowMs)}</span>,
            words(delivery.state),
            delivery.attempts,
            resultOf(delivery),
            delivery.nextAttemptAt === null ? '–' : relative(delivery.nextAttemptAt, nowMs),
          ])}
        />
      )}
    </section>
  );
}

const DISABLED_WORDS: Readonly<Record<NonNullable<Webhook['disabledReason']>, string>> = {
  caller: 'Disabled by a caller',
  gone: 'Disabled: the receiver answered 410',
  failing: 'Disabled: every attempt failed for five days',
};

function stateOf({ status, disabledReason }: Webhook): string {
  if (status === 'enabled') return 'Enabled';
  return disabledReason === null ? 'Disabled' : DISABLED_WORDS[disabledReason];
}

function Tested({ result }: { readonly result: WebhookTest }): JSX.Element {
  return (
    <p class={result.isAccepted ? 'notice good' : 'notice bad'}>
      {result.isAccepted
        ? 'The receiver accepted the test message'
        : 'The receiver did not accept the test message'}
      {`: ${resultOf(result)}.`}
    </p>
  );
}

/** For example `204 in 82 ms` or `timeout`. */
function resultOf({
  statusCode,
  fault,
  durationMs,
}: Pick<Delivery, 'statusCode' | 'fault' | 'durationMs'>): string {
  const outcome = statusCode === null ? (fault === null ? '–' : words(fault)) : String(statusCode);
  return durationMs === null ? outcome : `${outcome} in ${duration(durationMs)}`;
}
