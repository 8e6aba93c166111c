import { readFileSync } from 'node:fs';
import { hasCode } from './system-error';

/** A process beyond doubt: ids are reused, the start time tells two holders of one id apart. */
export interface ProcessIdentity {
  readonly pid: number;
  /** Boot and start time as the kernel counts it; null where there is no /proc. */
  readonly started: string | null;
}

/** When the process with this id started, or null when that cannot be told. */
function startOf(pid: number): string | null {
  try {
    const [state, started] = statOf(pid);
    // A zombie is dead: where nobody reaps it, as in many containers, it stays for ever.
    return state === 'Z' || state === 'X' ? 'dead' : started;
  } catch {
    // No /proc (macOS, Windows) or no such process: both mean that nothing is known.
    return null;
  }
}

/** The state and the start of a process as proc(5) has them: the 3rd and the 22nd field. */
function statOf(pid: number): [state: string | undefined, started: string | null] {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // The command before them, in parentheses, may hold spaces.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  return [fields[0], fields[19] === undefined ? null : `${boot}:${fields[19]}`];
}

/** This process. */
export function thisProcess(): ProcessIdentity {
  return identify(process.pid);
}

/** The process that has this id now. */
export function identify(pid: number): ProcessIdentity {
  return { pid, started: startOf(pid) };
}

/** Whether that very process still runs, and not merely one that was given its id later. */
export function isAlive(identity: ProcessIdentity): boolean {
  try {
    process.kill(identity.pid, 0);
  } catch (error) {
    // EPERM: it exists and belongs to somebody else.
    if (!hasCode(error, 'EPERM')) return false;
  }
  return identity.started === null || identity.started === startOf(identity.pid);
}
