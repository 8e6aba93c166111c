/** Names of equivalent settings in other tools. */
const ALIASES: Readonly<Record<string, string>> = {
  AIRBYTE_URL: 'AIRBYTE_API_URL',
  AIRBYTE_HOST: 'AIRBYTE_API_URL',
  AIRBYTE_BASE_URL: 'AIRBYTE_API_URL',
  AIRBYTE_SERVER_URL: 'AIRBYTE_API_URL',
  AIRBYTE_API_TOKEN: 'AIRBYTE_TOKEN',
  AIRBYTE_ACCESS_TOKEN: 'AIRBYTE_TOKEN',
  AIRBYTE_API_KEY: 'AIRBYTE_TOKEN',
  AIRBYTE_USER: 'AIRBYTE_USERNAME',
  AIRBYTE_WORKSPACE: 'AIRBYTE_WORKSPACE_ID',
  ALLOWED_HOST: 'ALLOWED_HOSTS',
  DATA_PATH: 'DATA_DIR',
  OIDC_ISSUER_URL: 'OIDC_ISSUER',
};

/** Shorter names are too similar to variables of other programs. */
const MIN_LENGTH = 7;

/**
 * Returns a warning for each variable that looks like a misspelt setting. It does not stop the start, because the environment
 * also contains variables of other programs.
 */
export function misspeltSettings(variables: Iterable<string>, known: ReadonlySet<string>): string[] {
  return [...variables].flatMap((name) => {
    if (known.has(name)) return [];
    const meant = ALIASES[name] ?? nearest(name, known);
    return meant === undefined ? [] : [`${name} is not a setting and is ignored: did you mean ${meant}?`];
  });
}

function nearest(name: string, known: ReadonlySet<string>): string | undefined {
  const upper = name.toUpperCase();
  if (upper.length < MIN_LENGTH) return undefined;
  return [...known].find((setting) => setting.length >= MIN_LENGTH && isNear(upper, setting));
}

/** Returns true if two names differ at most in one letter that is added, missing, changed or swapped with the next. */
function isNear(a: string, b: string): boolean {
  if (a === b) return true;
  if (Math.abs(a.length - b.length) > 1) return false;
  let start = 0;
  while (start < a.length && a[start] === b[start]) start++;
  const [restA, restB] = [a.slice(start), b.slice(start)];
  const isSwap = restA[0] === restB[1] && restA[1] === restB[0] && restA.slice(2) === restB.slice(2);
  return isSwap || restA.slice(1) === restB.slice(1) || restA.slice(1) === restB || restA === restB.slice(1);
}
