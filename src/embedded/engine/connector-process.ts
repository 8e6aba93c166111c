import { spawn, type ChildProcessByStdio } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { LOCAL_ROOT_VARIABLE } from '../protocol/local-root';
import { identify, type ProcessIdentity } from '../platform/process-identity';
import { hasCode } from '../platform/system-error';
import { LineSplitter } from '../protocol/lines';
import { MAX_LOG_LINE_BYTES } from './limits';

/** Exit code or signal of a process. */
export interface ProcessEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** Environment variables that connectors inherit. None of them holds secrets. */
const INHERITED_VARIABLES =
  /^(PATH|HOME|USER|LANG|LC_.*|TZ|TMPDIR|DOCKER_.*|XDG_RUNTIME_DIR|SSL_CERT_(FILE|DIR)|(HTTP|HTTPS|NO)_PROXY|(http|https|no)_proxy|SystemRoot|ComSpec|PATHEXT|TEMP|TMP)$/;

const LAST_STDERR_LINES = 20;
const SHOWN_LINE_CHARACTERS = 1000;
const hasProcessGroups = process.platform !== 'win32';

/** A connector as a child process: messages on stdin and stdout, logs on stderr. */
export class ConnectorProcess {
  readonly stdin: Writable;
  readonly stdout: Readable;
  readonly identity: ProcessIdentity;
  /** Resolves when the process has ended and its output is read. Never rejects. */
  readonly ended: Promise<ProcessEnd>;
  private readonly child: ChildProcessByStdio<Writable, Readable, Readable>;
  private readonly stderrLines: string[] = [];
  private processEnd: ProcessEnd | null = null;

  private constructor(
    command: readonly string[],
    localRoot: string,
    private readonly redact: (text: string) => string,
    private readonly onLogLine: (line: string) => void,
  ) {
    const [file = '', ...args] = command;
    this.child = spawn(file, args, {
      stdio: ['pipe', 'pipe', 'pipe'],
      // A process group of its own: its children are signalled too, and Ctrl-C reaches only the engine.
      detached: hasProcessGroups,
      env: { ...inheritedEnvironment(), [LOCAL_ROOT_VARIABLE]: localRoot },
    });
    this.stdin = this.child.stdin;
    this.stdout = this.child.stdout;
    this.identity = identify(this.child.pid ?? 0);
    // A connector that ends early breaks the pipe. Its exit is reported instead.
    this.stdin.on('error', () => undefined);
    this.collectStderr();
    this.ended = new Promise((resolve) => {
      this.child.once('error', (error) => {
        this.stderrLines.push(error.message);
        this.settleEnd(resolve, { code: null, signal: null });
      });
      this.child.once('close', (code, signal) => {
        this.settleEnd(resolve, { code, signal });
      });
    });
  }

  /**
   * Starts a command of the protocol. Secrets are passed in files, never in arguments or the environment.
   * @param onLogLine receives each line of its standard error, with secrets
   */
  static start(
    command: readonly string[],
    localRoot: string,
    redact: (text: string) => string,
    onLogLine: (line: string) => void = () => undefined,
  ): ConnectorProcess {
    return new ConnectorProcess(command, localRoot, redact, onLogLine);
  }

  /** The last log lines of the connector. Secrets are masked before lines are cut, since a cut secret would not match. */
  get lastLog(): string {
    return this.redact(this.stderrLines.join('\n'))
      .split('\n')
      .map((line) => line.slice(0, SHOWN_LINE_CHARACTERS))
      .join('\n');
  }

  /** The exit of the process, or null while it runs. */
  get end(): ProcessEnd | null {
    return this.processEnd;
  }

  signal(signal: NodeJS.Signals): void {
    if (this.processEnd !== null || this.child.pid === undefined) return;
    killGroup(this.child.pid, signal);
  }

  /** Sends SIGTERM, and SIGKILL after the grace period. */
  async stop(graceMs: number): Promise<void> {
    this.signal('SIGTERM');
    const timer = setTimeout(() => {
      this.signal('SIGKILL');
    }, graceMs);
    await this.ended;
    clearTimeout(timer);
  }

  private settleEnd(resolve: (end: ProcessEnd) => void, end: ProcessEnd): void {
    this.processEnd = end;
    // Ends child processes that the connector left behind.
    if (this.child.pid !== undefined && hasProcessGroups) signalTo(-this.child.pid, 'SIGKILL');
    resolve(end);
  }

  private collectStderr(): void {
    const keep = (line: Buffer): void => {
      const text = line.toString('utf8');
      this.stderrLines.push(text);
      this.onLogLine(text);
      if (this.stderrLines.length > LAST_STDERR_LINES) this.stderrLines.shift();
    };
    new LineSplitter(keep, { maxBytes: MAX_LOG_LINE_BYTES, onTooLong: keep }).follow(this.child.stderr);
  }
}

/**
 * The part of this process's environment that other programs get.
 * @param more the names of further variables
 */
export function inheritedEnvironment(more = /^$/): Record<string, string> {
  const passed: Record<string, string> = {};
  for (const [name, value] of Object.entries(process.env))
    if (value !== undefined && (INHERITED_VARIABLES.test(name) || more.test(name))) passed[name] = value;
  return passed;
}

/** Signals a process and its children. */
export function killGroup(pid: number, signal: NodeJS.Signals): void {
  if (!hasProcessGroups || !signalTo(-pid, signal)) signalTo(pid, signal);
}

/** Returns false if the process does not exist, or if the id was reused by another user. */
function signalTo(target: number, signal: NodeJS.Signals): boolean {
  try {
    process.kill(target, signal);
    return true;
  } catch (error) {
    if (hasCode(error, 'ESRCH', 'EPERM')) return false;
    throw error;
  }
}
