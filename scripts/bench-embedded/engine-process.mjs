import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const ENGINE = fileURLToPath(new URL('./engine.mjs', import.meta.url));

/** An engine in a process of its own, with a client of its API. */
export class EngineProcess {
  static async start(dataDir, log) {
    const engine = new EngineProcess();
    const [access] = await engine.spawn([ENGINE, dataDir], process.env, log, /^\{"apiUrl.*/);
    await engine.signIn(JSON.parse(access));
    return engine;
  }

  /** Starts the process and returns what it says when it serves, which is the first line that matches. */
  async spawn(args, env, log, pattern) {
    this.child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'], env });
    this.child.stderr.on('data', (chunk) => log.push(chunk.toString()));
    const exit = once(this.child, 'exit').then(() => {
      throw new Error(`the engine did not start:\n${log.join('')}`);
    });
    const lines = createInterface({ input: this.child.stdout });
    const found = new Promise((resolve) => {
      lines.on('line', (line) => {
        if (pattern.test(line)) resolve(pattern.exec(line));
        else log.push(`${line}\n`);
      });
    });
    return Promise.race([found, exit]);
  }

  async signIn(access) {
    this.access = access;
    const { clientId, clientSecret } = access;
    const answer = await this.call('POST', '/applications/token', {
      client_id: clientId,
      client_secret: clientSecret,
    });
    this.token = answer.access_token;
  }

  /** Makes a connection and returns its id. */
  async connect(sourceId, destinationId, streams) {
    const body = { sourceId, destinationId, configurations: { streams } };
    return (await this.call('POST', '/connections', body)).connectionId;
  }

  /** Starts a sync and returns the job's id. */
  async sync(connectionId) {
    return (await this.call('POST', '/jobs', { connectionId, jobType: 'sync' })).jobId;
  }

  async call(method, path, body) {
    const response = await fetch(this.access.apiUrl + path, {
      method,
      headers: { authorization: `Bearer ${this.token}`, connection: 'close' },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    const answer = await response.json();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${JSON.stringify(answer)}`);
    return answer;
  }

  get isAlive() {
    return this.child.exitCode === null && this.child.signalCode === null;
  }

  /** The ids of its connector processes of a kind, `read` or `write`. */
  connectors(command) {
    return readdirSync('/proc')
      .filter((pid) => /^\d+$/.test(pid) && this.isParentOf(pid, command))
      .map(Number);
  }

  isParentOf(pid, command) {
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
      const parent = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
      return (
        parent === this.child.pid &&
        readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').includes(command)
      );
    } catch {
      return false; // It ended while it was looked at.
    }
  }

  async kill(signal = 'SIGKILL') {
    if (!this.isAlive) return;
    const exit = once(this.child, 'exit');
    this.child.kill(signal);
    await exit;
  }
}
