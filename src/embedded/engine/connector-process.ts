import { spawn, type ChildProcessByStdio } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { LOCAL_ROOT_VARIABLE } from '../protocol/local-root';
import { identify, type ProcessIdentity } from '../platform/process-identity';
import { hasCode } from '../platform/system-error';
import { LineSplitter } from '../protocol/lines';
import { MAX_LOG_LINE_BYTES } from './limits';

/** How a process ended. */
export interface ProcessEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** What of this process's environment connectors may see: never its secrets. */
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
  /** Settles when the process is gone and its output is read; never rejects. */
  readonly ended: Promise<ProcessEnd>;
  private readonly child: ChildProcessByStdio<Writable, Readable, Readable>;
  private readonly stderrLines: string[] = [];
  private processEnd: ProcessEnd | null = null;

  private constructor(
    command: readonly string[],
    localRoot: string,
    private readonly redact: (text: string) => string,
  ) {
    const [file = '', ...args] = command;
    const passed = Object.entries(process.env).filter(([name]) => INHERITED_VARIABLES.test(name));
    this.child = spawn(file, args, {
      stdio: ['pipe', 'pipe', 'pipe'],
      // A group of its own: what a connector starts ends with it, and a Ctrl-C reaches only the engine.
      detached: hasProcessGroups,
      env: { ...Object.fromEntries(passed), [LOCAL_ROOT_VARIABLE]: localRoot },
    });
    this.stdin = this.child.stdin;
    this.stdout = this.child.stdout;
    this.identity = identify(this.child.pid ?? 0);
    // A connector that ends early breaks the pipe; its end is what counts.
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

  /** Starts a command of the protocol; `/local` comes in the environment, secrets only in files. */
  static start(
    command: readonly string[],
    localRoot: string,
    redact: (text: string) => string,
  ): ConnectorProcess {
    return new ConnectorProcess(command, localRoot, redact);
  }

  /** The last lines that the connector logged. Secrets are masked before a line is cut, since half of one is one too. */
  get lastLog(): string {
    return this.redact(this.stderrLines.join('\n'))
      .split('\n')
      .map((line) => line.slice(0, SHOWN_LINE_CHARACTERS))
      .join('\n');
  }

  /** The end of the process, or null while it runs. */
  get end(): ProcessEnd | null {
    return this.processEnd;
  }

  signal(signal: NodeJS.Signals): void {
    if (this.processEnd !== null || this.child.pid === undefined) return;
    killGroup(this.child.pid, signal);
  }

  /** Asks the process to end and, after a grace, makes it. */
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
    // Whatever the connector started and left behind ends with it.
    if (this.child.pid !== undefined && hasProcessGroups) signalTo(-this.child.pid, 'SIGKILL');
    resolve(end);
  }

  private collectStderr(): void {
    const keep = (line: Buffer): void => {
      this.stderrLines.push(line.toString('utf8'));
      if (this.stderrLines.length > LAST_STDERR_LINES) this.stderrLines.shift();
    };
    const splitter = new LineSplitter(keep, { maxBytes: MAX_LOG_LINE_BYTES, onTooLong: keep });
    this.child.stderr.on('data', (chunk: Buffer) => {
      splitter.push(chunk);
    });
    this.child.stderr.on('end', () => {
      splitter.end();
    });
  }
}

/** Signals a process and everything that it started. */
export function killGroup(pid: number, signal: NodeJS.Signals): void {
  if (!hasProcessGroups || !signalTo(-pid, signal)) signalTo(pid, signal);
}

/** False when there is nobody to signal, or only what belongs to others by now. */
function signalTo(target: number, signal: NodeJS.Signals): boolean {
  try {
    process.kill(target, signal);
    return true;
  } catch (error) {
    if (hasCode(error, 'ESRCH', 'EPERM')) return false;
    throw error;
  }
}
