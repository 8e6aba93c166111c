import { readFileSync } from 'node:fs';
import { hasCode } from './system-error';

/** Identifies a process. Ids are reused, so the start time is part of the identity. */
export interface ProcessIdentity {
  readonly pid: number;
  /** Boot id and start time of the kernel; null without /proc. */
  readonly started: string | null;
}

/** The start time of a process, or null if it is unknown. */
function startOf(pid: number): string | null {
  try {
    const [state, started] = statOf(pid);
    // A zombie has ended. Without an init process, as in many containers, it is never reaped.
    return state === 'Z' || state === 'X' ? 'dead' : started;
  } catch {
    // No /proc (macOS, Windows), or no such process.
    return null;
  }
}

/** State and start time of a process: fields 3 and 22 of /proc/PID/stat, see proc(5). */
function statOf(pid: number): [state: string | undefined, started: string | null] {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // The command in parentheses before them may contain spaces.
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

/** Whether this process still runs, and its id was not reused. */
export function isAlive(identity: ProcessIdentity): boolean {
  try {
    process.kill(identity.pid, 0);
  } catch (error) {
    // EPERM: it exists and belongs to another user.
    if (!hasCode(error, 'EPERM')) return false;
  }
  return identity.started === null || identity.started === startOf(identity.pid);
}
