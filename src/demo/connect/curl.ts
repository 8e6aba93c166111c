/** A request as a curl command. Values of passwords are read from `$PASSWORD`, and an API key from `$KEY`. */
export function curlOf(url: string, path: string, body: object | null, hasKey: boolean): string {
  const key = hasKey ? ` -H "X-API-Key: $KEY"` : '';
  if (body === null) return `curl -s -X POST ${url}${path}${key}`;
  const json = JSON.stringify(body, null, 2).replaceAll("'", "'\\''");
  const masked = json.replace(/"password": "(?:[^"\\]|\\.)*"/g, `"password": "'"$PASSWORD"'"`);
  return `curl -s ${url}${path} -H 'content-type: application/json'${key} -d '${masked}'`;
}
