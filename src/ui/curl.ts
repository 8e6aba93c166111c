import { GATEWAY_URL, needsKey } from './session';

/** The command that sends the same request. Quotes are escaped for POSIX shells. */
export function curlFor(path: string, body: object): string {
  const key = needsKey() ? ' -H "x-api-key: $KEY"' : '';
  const text = JSON.stringify(body, null, 2).replaceAll("'", `'\\''`);
  return `curl -s ${GATEWAY_URL}${path}${key} -H 'content-type: application/json' -d '${text}'`;
}
