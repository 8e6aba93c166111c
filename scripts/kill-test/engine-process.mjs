import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const ENGINE = fileURLToPath(new URL('./engine.mjs', import.meta.url));

/** An engine in a process of its own, with a client of its API. */
export class EngineProcess {
  static async start(dataDir, log) {
    const child = spawn(process.execPath, [ENGINE, dataDir], { stdio: ['ignore', 'pipe', 'pipe'] });
    child.stderr.on('data', (chunk) => log.push(chunk.toString()));
    const [first] = await Promise.race([
      once(child.stdout, 'data'),
      once(child, 'exit').then(() => {
        throw new Error(`the engine did not start:\n${log.join('')}`);
      }),
    ]);
    const engine = new EngineProcess();
    engine.child = child;
    engine.access = JSON.parse(first.toString());
    const { clientId, clientSecret } = engine.access;
    const answer = await engine.call('POST', '/applications/token', {
      client_id: clientId,
      client_secret: clientSecret,
    });
    engine.token = answer.access_token;
    return engine;
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
