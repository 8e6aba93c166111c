import { isMembers, type Members } from '../../client/model/parse';
import { ValueSchemas } from './schema-members';

/** Airbyte's own replacement of secrets in responses. */
export const MASK = '**********';

/** Names of secrets, for members that no schema marks. */
const SECRET_NAME =
  /passw(?:or)?d|passphrase|pwd|secret|token|api[-_]?key|access[-_]?key|private[-_]?key|credentials?[-_]?json|signature/i;
/**
 * Password of a URL (RFC 3986, section 3.2.1), also with unencoded characters such as `/` and `@`. Lengths are limited so that the
 * time is linear.
 */
const URL_PASSWORD = /\b([a-z][a-z0-9+.-]{0,20}:\/\/[^\s:/?#@]{0,500}:)(\S{1,2000})(?=@)/gi;
/** Parameters of a URL or of a connection string. */
const PARAMETER = new RegExp(
  `([?&;]|^)([^=&?;\\s]{0,60}(?:${SECRET_NAME.source}|\\bsig)[^=&?;\\s]{0,60}=)([^&;#\\s]+)`,
  'gi',
);

type Found = (secret: string) => void;

/**
 * A configuration with its secrets masked: members that the schema marks in any alternative, members that are named like
 * secrets, and passwords and tokens in URLs.
 * @param specification null: no schema is known
 */
export function maskConfiguration(configuration: Members, specification: Members | null): Members {
  return maskMembers(configuration, ValueSchemas.of(specification), false, () => undefined);
}

/** The secrets of a configuration, each once, without those that are masks already. */
export function secretsOf(configuration: Members, specification: Members | null): readonly string[] {
  const secrets = new Set<string>();
  maskMembers(configuration, ValueSchemas.of(specification), false, (secret) => {
    if (secret !== '' && secret !== MASK) secrets.add(secret);
  });
  return [...secrets];
}

function maskMembers(value: Members, schemas: ValueSchemas, isSecret: boolean, found: Found): Members {
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => {
      const ofMember = schemas.member(name);
      const hides = isSecret || ofMember.isSecret || SECRET_NAME.test(name);
      return [name, maskValue(member, ofMember, hides, found)];
    }),
  );
}

function maskValue(value: unknown, schemas: ValueSchemas, isSecret: boolean, found: Found): unknown {
  if (isMembers(value)) return maskMembers(value, schemas, isSecret, found);
  if (Array.isArray(value))
    return value.map((item: unknown, index) => {
      const ofItem = schemas.item(index);
      return maskValue(item, ofItem, isSecret || ofItem.isSecret, found);
    });
  if (typeof value === 'string') return isSecret ? hidden(value, found) : maskText(value, found);
  // A boolean has too few values to be a secret; `null` is none.
  return isSecret && typeof value === 'number' ? hidden(String(value), found) : value;
}

function hidden(secret: string, found: Found): string {
  found(secret);
  return MASK;
}

function maskText(text: string, found: Found): string {
  const hide = (_: string, before: string, secret: string): string => before + hidden(secret, found);
  return text
    .replace(URL_PASSWORD, hide)
    .replace(
      PARAMETER,
      (_, separator: string, name: string, secret: string) => separator + name + hidden(secret, found),
    );
}
