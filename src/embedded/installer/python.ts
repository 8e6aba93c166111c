import { parseObject, stringAt } from '../platform/json';
import { InstallError, lastLines } from './install-error';
import { runProgram, type Program, type ProgramEnd } from './run-program';

/** An interpreter that can make environments. */
export interface Python {
  readonly program: string;
  readonly version: string;
}

/** The environment variables and the signal of the programs that an installation runs. */
export type ProgramContext = Pick<Program, 'env' | 'signal'>;

/** Most connectors of Airbyte accept 3.10 and 3.11 only, so these are looked for first. */
const PROGRAMS = ['python3.11', 'python3.10', 'python3.12', 'python3.13', 'python3', 'python'];
const OLDEST = [3, 9];
const PROBE_TIMEOUT_MS = 30_000;
const PROBE =
  'import json, platform\n' +
  'try:\n  import ensurepip, venv\n  lacks = ""\n' +
  'except ImportError as error:\n  lacks = error.name or "venv"\n' +
  'print(json.dumps({"version": platform.python_version(), "lacks": lacks}))';

/**
 * Finds a Python that can make environments.
 * @param wanted a program to use instead of those that are known
 * @throws InstallError
 */
export async function findPython(wanted: string | null, context: ProgramContext): Promise<Python> {
  const rejected: string[] = [];
  for (const program of wanted === null ? PROGRAMS : [wanted]) {
    const found = await probe(program, context);
    if (typeof found === 'object') return found;
    if (found !== 'missing') rejected.push(found);
  }
  const [reason] = rejected;
  if (reason !== undefined) throw new InstallError(reason);
  throw new InstallError(
    wanted === null
      ? 'Python was not found. Connectors of Airbyte need Python 3.11 with its module venv: install python3.11 and python3.11-venv, or name the program with --python.'
      : `${wanted} cannot be started. Name a program of Python 3.11 with --python.`,
  );
}

async function probe(program: string, context: ProgramContext): Promise<Python | string> {
  const end = await runProgram({
    ...context,
    command: [program, '-I', '-c', PROBE],
    cwd: '/',
    timeoutMs: PROBE_TIMEOUT_MS,
  });
  if (end.failure === 'not started') return 'missing';
  if (end.failure === 'aborted') throw new InstallError('The command was interrupted.');
  const answer = parseObject(end.stdout) ?? {};
  const version = stringAt(answer, 'version');
  if (version === undefined) return `${program} is not a Python that works: ${lastLines(end.stderr)}`;
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [oldestMajor = 0, oldestMinor = 0] = OLDEST;
  if (major < oldestMajor || (major === oldestMajor && minor < oldestMinor))
    return `${program} is Python ${version}, which is too old. Install Python 3.11.`;
  const lacks = stringAt(answer, 'lacks') ?? '';
  if (lacks !== '')
    return `${program} (Python ${version}) has no module ${lacks}, so it cannot make environments. On Debian and Ubuntu, install python3-venv.`;
  return { program, version };
}

/** Throws if a program was interrupted or took too long. */
export function assertEnded({ failure }: ProgramEnd, work: string, timeoutMs: number): void {
  if (failure === 'aborted') throw new InstallError('The command was interrupted. Nothing was registered.');
  if (failure === 'timeout')
    throw new InstallError(`${work} took more than ${timeoutMs / 60_000} minutes and was ended.`);
}
