import { InstallError } from './install-error';
import { parseRequirement, type Requirement } from './requirement';

/** Installs or upgrades a connector. Choices that were not made are null. */
export interface AddCommand {
  readonly name: 'install' | 'upgrade';
  readonly requirement: Requirement;
  readonly python: string | null;
  readonly type: string | null;
  readonly definitionId: string | null;
}

/** A command of `npm run connectors`. */
type Command =
  | { readonly name: 'help' }
  | { readonly name: 'list' }
  | { readonly name: 'remove'; readonly requirement: Requirement }
  | AddCommand;

export const HELP = `npm run connectors -- COMMAND

  list                      the installed connectors
  install NAME[==VERSION]   installs a connector of Python's package index, or replaces it by that version
  upgrade NAME              replaces it by the newest version
  remove NAME               removes it; sources and destinations that use it stay, and fail until it is installed again

  --python PROGRAM          the Python to use (default: the first of python3.11, python3.10, python3.12, python3.13, python3)
  --type TYPE               the type of its configurations (default: its short name, such as pokeapi)
  --definition-id ID        its definition id (default: derived from the name of the package)

DATA_DIR (default ./data) is the folder of the gateway. A gateway that runs knows the change at once.`;

const OPTIONS = new Set(['python', 'type', 'definition-id']);
const TYPE = /^[a-z0-9][a-z0-9-]{0,62}$/;
const ID = /^[A-Za-z0-9][A-Za-z0-9-]{0,62}$/;

/** @throws InstallError */
export function parseArguments(args: readonly string[]): Command {
  const [name = 'help', ...rest] = args;
  if (name === 'help' || name === '--help' || name === '-h') return { name: 'help' };
  const { values, options } = split(rest);
  const [value, ...more] = values;
  if (name === 'list') {
    if (rest.length > 0) throw new InstallError('list has no arguments.');
    return { name };
  }
  if (name !== 'install' && name !== 'upgrade' && name !== 'remove')
    throw new InstallError(`There is no command ${JSON.stringify(name)}.\n\n${HELP}`);
  if (value === undefined || more.length > 0)
    throw new InstallError(`${name} needs the name of one package, for example airbyte-source-faker.`);
  const requirement = parseRequirement(value);
  if (name !== 'install' && requirement.version !== null)
    throw new InstallError(`${name} takes no version. Send: install ${value}`);
  if (name === 'remove') {
    if (options.size > 0) throw new InstallError('remove has no options.');
    return { name, requirement };
  }
  return {
    ...{ name, requirement, python: options.get('python') ?? null },
    type: matching(options.get('type'), TYPE, '--type must consist of small letters, digits and hyphens.'),
    definitionId: matching(
      options.get('definition-id'),
      ID,
      '--definition-id must consist of letters, digits and hyphens.',
    ),
  };
}

function split(args: readonly string[]): { values: string[]; options: Map<string, string> } {
  const values: string[] = [];
  const options = new Map<string, string>();
  for (let at = 0; at < args.length; at++) {
    const argument = args[at] ?? '';
    if (!argument.startsWith('--')) {
      values.push(argument);
      continue;
    }
    const [option = '', value = args[++at]] = argument.slice(2).split('=', 2);
    if (!OPTIONS.has(option))
      throw new InstallError(
        `There is no option --${option}. The options are: --${[...OPTIONS].join(', --')}.`,
      );
    if (value === undefined || value === '') throw new InstallError(`--${option} needs a value.`);
    options.set(option, value);
  }
  return { values, options };
}

function matching(value: string | undefined, pattern: RegExp, message: string): string | null {
  if (value !== undefined && !pattern.test(value)) throw new InstallError(message);
  return value ?? null;
}
