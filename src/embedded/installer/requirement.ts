import { InstallError } from './install-error';

/** A package of Python's index and, if one was asked for, its version. */
export interface Requirement {
  /** Normalised as in PEP 503. */
  readonly package: string;
  readonly version: string | null;
}

/** The rule for names of Python's packages (PEP 508). */
const NAME = /^[A-Z0-9]([A-Z0-9._-]{0,98}[A-Z0-9])?$/i;
/** The characters of versions (PEP 440). */
const VERSION = /^[0-9][A-Za-z0-9.+!]{0,62}$/;

/**
 * Reads `name` or `name==version`.
 * @throws InstallError for anything else: a path, a URL or an option of pip is never passed on
 */
export function parseRequirement(text: string): Requirement {
  const [name = '', version = null, ...more] = text.split('==');
  if (!NAME.test(name) || more.length > 0)
    throw new InstallError(
      `${JSON.stringify(text)} is not the name of a package. Send a name of Python's package index, such as airbyte-source-faker or airbyte-source-faker==7.2.1. Paths and addresses are not accepted.`,
    );
  if (version !== null && !VERSION.test(version))
    throw new InstallError(
      `${JSON.stringify(version)} is not a version. Send one version after ==, for example ${name}==7.2.1.`,
    );
  return { package: name.toLowerCase().replaceAll(/[._-]+/g, '-'), version };
}
