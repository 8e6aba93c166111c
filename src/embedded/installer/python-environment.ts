import { join } from 'node:path';
import { parseObject, stringAt, stringsOf } from '../platform/json';
import { InstallError, lastLines } from './install-error';
import { assertEnded, type ProgramContext, type Python } from './python';
import type { Requirement } from './requirement';
import { runProgram, type ProgramEnd } from './run-program';

const MINUTE_MS = 60_000;
const CREATE_TIMEOUT_MS = 5 * MINUTE_MS;
/** Connectors have up to 400 MB of dependencies. */
const INSTALL_TIMEOUT_MS = 20 * MINUTE_MS;
const INSPECT_TIMEOUT_MS = MINUTE_MS;
const UNREACHABLE =
  /NewConnectionError|NameResolutionError|Temporary failure in name resolution|Network is unreachable|ConnectTimeout|ReadTimeout|ProxyError|Connection refused|SSLError/i;
/** Scripts of the package itself. Its dependencies have connectors too: the CDK has source-declarative-manifest. */
const INSPECT =
  'import json, sys\n' +
  'from importlib.metadata import distribution\n' +
  'd = distribution(sys.argv[1])\n' +
  'print(json.dumps({"version": d.version, "scripts": [e.name for e in d.entry_points if e.group == "console_scripts"]}))';

/** The content of a package that was installed. */
export interface InstalledPackage {
  readonly version: string;
  /** The names of its own programs. */
  readonly scripts: readonly string[];
}

/** A virtual environment of Python for one connector. */
export class PythonEnvironment {
  constructor(
    private readonly folder: string,
    private readonly python: Python,
    private readonly context: ProgramContext,
  ) {}

  /** The command of one of its programs, in its folder. The interpreter is named, so that the folder may be moved. */
  static commandOf(script: string): string[] {
    return ['bin/python', `bin/${script}`];
  }

  /** @throws InstallError */
  async create(): Promise<void> {
    const end = await this.run(
      [this.python.program, '-I', '-m', 'venv', this.folder],
      '/',
      CREATE_TIMEOUT_MS,
    );
    assertEnded(end, 'Making the environment', CREATE_TIMEOUT_MS);
    if (end.status !== 0)
      throw new InstallError(
        `The environment cannot be made by ${this.python.program}: ${lastLines(end.stdout + end.stderr)}`,
      );
  }

  /** @throws InstallError */
  async install(requirement: Requirement): Promise<InstalledPackage> {
    const { package: name, version } = requirement;
    const options = ['--no-input', '--disable-pip-version-check', '--no-compile', '--quiet', '--retries=2'];
    const wanted = version === null ? name : `${name}==${version}`;
    const command = [this.interpreter, '-I', '-m', 'pip', 'install', ...options, '--', wanted];
    const end = await this.run(command, this.folder, INSTALL_TIMEOUT_MS);
    assertEnded(end, `Installing ${wanted}`, INSTALL_TIMEOUT_MS);
    if (end.status !== 0) throw new InstallError(this.reasonOf(requirement, end));
    return this.inspect(name);
  }

  private async inspect(name: string): Promise<InstalledPackage> {
    const command = [this.interpreter, '-I', '-c', INSPECT, name];
    const end = await this.run(command, this.folder, INSPECT_TIMEOUT_MS);
    assertEnded(end, 'Reading the package', INSPECT_TIMEOUT_MS);
    const answer = parseObject(end.stdout) ?? {};
    const version = stringAt(answer, 'version');
    if (version === undefined)
      throw new InstallError(`The installed package ${name} cannot be read: ${lastLines(end.stderr)}`);
    return { version, scripts: stringsOf(answer['scripts']) };
  }

  private reasonOf({ package: name, version }: Requirement, { stderr }: ProgramEnd): string {
    if (UNREACHABLE.test(stderr))
      return `Python's package index cannot be reached: ${lastLines(
        stderr
          .split('\n')
          .filter((line) => UNREACHABLE.test(line))
          .slice(-1)
          .join(''),
      )}`;
    const known = /from versions: ([^)]*)\)/.exec(stderr)?.[1] ?? '';
    if (/No matching distribution found/.test(stderr) && /requires? a different python/i.test(stderr))
      return `No version of ${name} that was asked for works with Python ${this.python.version}. Name another Python with --python. pip reports: ${lastLines(stderr)}`;
    if (/No matching distribution found/.test(stderr) && (known === 'none' || known === ''))
      return `Python's package index has no package ${name}. Check the spelling.`;
    if (/No matching distribution found/.test(stderr) && version !== null)
      return `${name} has no version ${version} that works with Python ${this.python.version}. The newest are: ${known.split(', ').slice(-10).join(', ')}.`;
    return `${name} cannot be installed: ${lastLines(stderr)}`;
  }

  private get interpreter(): string {
    return join(this.folder, 'bin', 'python');
  }

  private run(command: readonly string[], cwd: string, timeoutMs: number): Promise<ProgramEnd> {
    return runProgram({ ...this.context, command, cwd, timeoutMs });
  }
}
