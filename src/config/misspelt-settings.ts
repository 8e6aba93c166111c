/** Names of equivalent settings in other tools. */
const ALIASES: Readonly<Record<string, string>> = {
  AIRBYTE_URL: 'AIRBYTE_API_URL',
  AIRBYTE_ENDPOINT: 'AIRBYTE_API_URL',
  AIRBYTE_HOST: 'AIRBYTE_API_URL',
  AIRBYTE_BASE_URL: 'AIRBYTE_API_URL',
  AIRBYTE_SERVER_URL: 'AIRBYTE_API_URL',
  AIRBYTE_API_TOKEN: 'AIRBYTE_TOKEN',
  AIRBYTE_ACCESS_TOKEN: 'AIRBYTE_TOKEN',
  AIRBYTE_API_KEY: 'AIRBYTE_TOKEN',
  AIRBYTE_USER: 'AIRBYTE_USERNAME',
  AIRBYTE_PASS: 'AIRBYTE_PASSWORD',
  AIRBYTE_WORKSPACE: 'AIRBYTE_WORKSPACE_ID',
  ALLOWED_HOST: 'ALLOWED_HOSTS',
  AUTH_DISABLED: 'AUTH',
  AUTH_OFF: 'AUTH',
  DATA_PATH: 'DATA_DIR',
  OIDC_AUD: 'OIDC_AUDIENCE',
  OIDC_ISSUER_URL: 'OIDC_ISSUER',
  REDIS_ADDR: 'REDIS_URL',
  REDIS_ADDRESS: 'REDIS_URL',
  REDIS_HOST: 'REDIS_URL',
  TRUST_PROXY: 'TRUSTED_PROXIES',
};

/** Shorter names are too similar to variables of other programs. */
const MIN_LENGTH = 7;

/** Units and words without a meaning of their own: `AIRBYTE_TIMEOUT`, `AIRBYTE_TIMEOUT_SECONDS`. */
const FILLERS = new Set(['MS', 'S', 'SEC', 'SECOND', 'SECONDS', 'MINUTE', 'MINUTES', 'PER']);
/** A name with one word is too similar to variables of other programs, also with another word beside it. */
const MIN_SHARED_WORDS = 2;

/** Prefixes of settings that hardly another program uses. */
const OWN_PREFIX = /^(AIRBYTE|IDEMPOTENCY|OIDC)_/;
/** Kubernetes and Docker set such variables for every service, such as `AIRBYTE_SERVER_SERVICE_HOST` or `AIRBYTE_PORT_80_TCP`. */
const SERVICE_LINK = /_(SERVICE_HOST|SERVICE_PORT\w*|PORT|PORT_\d+_(TCP|UDP)\w*)$/;

/**
 * Returns a warning for each variable that looks like a misspelt setting. It does not stop the start, because the environment
 * also contains variables of other programs.
 */
export function misspeltSettings(variables: Iterable<string>, known: ReadonlySet<string>): string[] {
  return [...variables].flatMap((name) => {
    if (known.has(name) || SERVICE_LINK.test(name)) return [];
    const meant = ALIASES[name] ?? nearest(name, known);
    if (meant !== undefined) return [`${name} is not a setting and is ignored: did you mean ${meant}?`];
    return OWN_PREFIX.test(name)
      ? [`${name} is not a setting and is ignored. The file .env.example lists the settings.`]
      : [];
  });
}

function nearest(name: string, known: ReadonlySet<string>): string | undefined {
  const upper = name.toUpperCase();
  if (upper.length < MIN_LENGTH) return undefined;
  const near = [...known].find((setting) => setting.length >= MIN_LENGTH && isNear(upper, setting));
  return near ?? mostSimilar(wordsOf(upper), known);
}

/** Returns the setting with all words but one of a name, or with all words and one more. */
function mostSimilar(words: readonly string[], known: ReadonlySet<string>): string | undefined {
  const similar = [...known].flatMap((setting) => {
    const others = wordsOf(setting);
    const shared = words.filter((word) => others.includes(word)).length;
    const [fewer, more] = [words.length, others.length].sort((a, b) => a - b) as [number, number];
    const isSimilar =
      words[0] === others[0] && shared === fewer && shared >= MIN_SHARED_WORDS && more - fewer <= 1;
    return isSimilar ? [{ setting, extra: more - fewer }] : [];
  });
  return similar.sort((a, b) => a.extra - b.extra)[0]?.setting;
}

/** Words in the singular, without fillers. */
function wordsOf(name: string): readonly string[] {
  return name
    .split('_')
    .filter((word) => !FILLERS.has(word))
    .map((word) => word.replace(/IES$/, 'Y').replace(/S$/, ''));
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
