import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { ProblemNotice } from './problem';

interface SignInProps {
  readonly error: unknown;
  readonly isBusy: boolean;
  readonly onKey: (key: string, isKept: boolean) => Promise<void>;
}

/** Asks for an API key or a token. */
export function SignIn({ error, isBusy, onKey }: SignInProps): JSX.Element {
  const [key, setKey] = useState('');
  const [isKept, setKept] = useState(false);
  const submit = (event: Event): void => {
    event.preventDefault();
    void onKey(key.trim(), isKept);
  };
  return (
    <main class="narrow sign-in">
      <img src="./icon.svg" alt="" width="40" height="40" />
      <h1 tabIndex={-1}>Sign in</h1>
      <p class="quiet">This gateway serves known callers only. Enter your API key or token.</p>
      <form onSubmit={submit}>
        <label>
          Key or token
          <input
            type="password"
            autocomplete="off"
            required
            value={key}
            onInput={(event) => {
              setKey(event.currentTarget.value);
            }}
          />
        </label>
        <label class="choice">
          <input
            type="checkbox"
            checked={isKept}
            onChange={(event) => {
              setKept(event.currentTarget.checked);
            }}
          />
          <span>
            Keep it until I close this tab
            <small>Otherwise it stays in memory until the page is loaded again.</small>
          </span>
        </label>
        <button type="submit" class="primary" disabled={isBusy}>
          Sign in
        </button>
      </form>
      <ProblemNotice error={error} />
    </main>
  );
}
