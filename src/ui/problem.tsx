import { isProblem } from '@airbyte-ingestion/client';
import type { JSX } from 'preact';
import { GATEWAY_URL } from './session';

/** An error with its fields, their fixes, and a link to its page. */
export function ProblemNotice({ error }: { readonly error: unknown }): JSX.Element | null {
  if (error === null || error === undefined) return null;
  if (!isProblem(error)) {
    return (
      <div class="notice bad" role="alert">
        <p>{error instanceof Error ? error.message : 'An unknown error occurred.'}</p>
      </div>
    );
  }
  const { code, title, detail, errors = [], requestId } = error.problem;
  return (
    <div class="notice bad" role="alert">
      <p>
        <strong>{title}</strong> {detail}
      </p>
      {errors.length > 0 && (
        <ul>
          {errors.map(({ field, reason, hint }) => (
            <li key={field + reason}>
              <code>{field}</code> {reason}. {hint}
            </li>
          ))}
        </ul>
      )}
      <p class="quiet">
        <a href={`${GATEWAY_URL}/problems/${encodeURIComponent(code)}`}>What this means and what to do</a> ·
        Request {requestId}
      </p>
    </div>
  );
}
