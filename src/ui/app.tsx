import { isProblem } from '@airbyte-ingestion/client';
import type { JSX } from 'preact';
import { useEffect, useMemo, useState } from 'preact/hooks';
import { ConnectPage } from './connect-page';
import { IngestionPage } from './ingestion-page';
import { Ingestions } from './ingestions';
import { ListPage } from './list-page';
import { useObservable } from './observable';
import { OperatorPage } from './operator-page';
import { ProblemNotice } from './problem';
import { linkTo, type View, view } from './router';
import { GATEWAY_URL, needsKey, Session, storedKey } from './session';
import { SignIn } from './sign-in';
import { WebhooksPage } from './webhooks-page';

/** Asks for a key where the gateway needs one, and shows the page. */
export function App(): JSX.Element {
  const [session, setSession] = useState<Session | null>(null);
  const [error, setError] = useState<unknown>(null);
  const [isOpening, setOpening] = useState(true);

  const open = async (key: string | null, isKept: boolean): Promise<void> => {
    setOpening(true);
    try {
      setSession(await Session.open(key));
      if (key !== null && isKept) storedKey.write(key);
      setError(null);
    } catch (reason) {
      if (isProblem(reason, 'unauthenticated')) storedKey.remove();
      setError(reason);
    }
    setOpening(false);
  };
  useEffect(() => {
    const key = needsKey() ? storedKey.read() : null;
    if (needsKey() && key === null) setOpening(false);
    else void open(key, false);
  }, []);

  if (session !== null) {
    const signOut = (): void => {
      storedKey.remove();
      setSession(null);
    };
    return <SignedIn session={session} onSignOut={needsKey() ? signOut : null} />;
  }
  if (needsKey()) return <SignIn error={error} isBusy={isOpening} onKey={open} />;
  return (
    <main class="narrow">
      <ProblemNotice error={error} />
      {error !== null && !isOpening && (
        <button type="button" onClick={() => void open(null, false)}>
          Try again
        </button>
      )}
    </main>
  );
}

interface SignedInProps {
  readonly session: Session;
  readonly onSignOut: (() => void) | null;
}

function SignedIn({ session, onSignOut }: SignedInProps): JSX.Element {
  const shown = useObservable(view);
  const ingestions = useMemo(() => new Ingestions(session), [session]);
  useEffect(() => {
    if (session.may('ingestion:read')) ingestions.start();
    return () => {
      ingestions.close();
    };
  }, [ingestions]);
  // A reader with a screen reader or a keyboard continues at the top of the new view.
  useEffect(() => {
    window.scrollTo(0, 0);
    document.querySelector<HTMLElement>('h1')?.focus({ preventScroll: true });
  }, [shown]);

  return (
    <>
      <a class="skip" href="#content" onClick={skipToContent}>
        Skip to the content
      </a>
      <header class="top">
        <a class="brand" href={linkTo.list}>
          <img src="./icon.svg" alt="" width="22" height="22" />
          <span>Airbyte Ingestion</span>
        </a>
        <nav aria-label="Views">
          <NavLink
            to={linkTo.list}
            isCurrent={shown.name === 'list' || shown.name === 'ingestion'}
            text="Ingestions"
          />
          {session.may('ingestion:write') && session.may('ingestion:read') && (
            <NavLink to={linkTo.connect} isCurrent={shown.name === 'connect'} text="Connect" />
          )}
          {mayUseWebhooks(session) && (
            <NavLink to={linkTo.webhooks} isCurrent={shown.name === 'webhooks'} text="Webhooks" />
          )}
          {session.may('operator:read') && (
            <NavLink to={linkTo.operator} isCurrent={shown.name === 'operator'} text="Operator" />
          )}
        </nav>
        <div class="reader">
          <a href={`${GATEWAY_URL}/docs/`}>Reference</a>
          {session.callerName !== null && <span class="caller">{session.callerName}</span>}
          {onSignOut && (
            <button type="button" class="plain" onClick={onSignOut}>
              Sign out
            </button>
          )}
        </div>
      </header>
      <main id="content" tabIndex={-1}>
        <CurrentView shown={shown} session={session} ingestions={ingestions} />
      </main>
    </>
  );
}

interface CurrentViewProps {
  readonly shown: View;
  readonly session: Session;
  readonly ingestions: Ingestions;
}

function CurrentView({ shown, session, ingestions }: CurrentViewProps): JSX.Element {
  if (shown.name === 'operator' && session.may('operator:read')) return <OperatorPage session={session} />;
  if (shown.name === 'webhooks' && mayUseWebhooks(session)) return <WebhooksPage session={session} />;
  if (!session.may('ingestion:read'))
    return <p class="notice">This key may not read ingestions. It needs the scope ingestion:read.</p>;
  if (shown.name === 'ingestion')
    return <IngestionPage key={shown.id} id={shown.id} session={session} ingestions={ingestions} />;
  if (shown.name === 'connect' && session.may('ingestion:write')) return <ConnectPage session={session} />;
  return <ListPage session={session} ingestions={ingestions} />;
}

function mayUseWebhooks(session: Session): boolean {
  return session.may('webhook:write') && session.has('webhooks');
}

function NavLink(props: {
  readonly to: string;
  readonly isCurrent: boolean;
  readonly text: string;
}): JSX.Element {
  return (
    <a href={props.to} aria-current={props.isCurrent ? 'page' : undefined}>
      {props.text}
    </a>
  );
}

/** The fragment of the address is the view, so that a link to an anchor would change the view. */
function skipToContent(event: MouseEvent): void {
  event.preventDefault();
  document.getElementById('content')?.focus();
}
