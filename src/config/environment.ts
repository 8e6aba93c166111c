import { readSecretFile } from './secret-file';
import { StartError } from './start-error';

/** Invalid settings. The message contains names and fixes, but no values, so that no secret reaches a log. */
export class SettingsError extends StartError {
  constructor(readonly complaints: readonly string[]) {
    super(`Invalid settings:\n${complaints.map((complaint) => `  - ${complaint}`).join('\n')}`);
    this.name = 'SettingsError';
  }
}

/**
 * Reads settings by name and collects all errors, so that one start reports all of them. An empty setting counts as unset.
 */
export class Environment {
  readonly complaints: string[] = [];
  /** Names of all settings that were read. */
  readonly known = new Set<string>();

  constructor(private readonly variables: Readonly<Record<string, string | undefined>>) {}

  text(name: string): string | null {
    this.known.add(name);
    const value = this.variables[name]?.trim();
    return value === undefined || value === '' ? null : value;
  }

  /**
   * A secret, from the setting itself or from the file that the setting with the suffix `_FILE` names. Orchestrators mount
   * secrets as files, so that they do not show in the environment of a process.
   */
  secret(name: string): string | null {
    const value = this.text(name);
    const fileSetting = `${name}_FILE`;
    const path = this.text(fileSetting);
    if (path === null) return value;
    if (value !== null) {
      this.complain(`${name} and ${fileSetting}`, 'are the same setting: set only one of them');
      return value;
    }
    const file = readSecretFile(path);
    if (file.fault === null) return file.text;
    this.complain(fileSetting, file.fault);
    return null;
  }

  integer(name: string, range: { fallback: number; min: number; max: number }): number {
    const value = this.text(name);
    if (value === null) return range.fallback;
    const number = /^\d{1,15}$/.test(value) ? Number(value) : Number.NaN;
    if (number >= range.min && number <= range.max) return number;
    this.complain(name, `must be a whole number from ${range.min} to ${range.max}`);
    return range.fallback;
  }

  oneOf<T extends string>(name: string, allowed: readonly T[]): T | null {
    const value = this.text(name);
    if (value === null) return null;
    const found = allowed.find((option) => option === value);
    if (found === undefined) this.complain(name, `must be one of ${allowed.join(', ')}`);
    return found ?? null;
  }

  /** A base URL without a trailing slash. */
  url(name: string, protocols: readonly string[], value = this.text(name)): string | null {
    if (value === null) return null;
    const url = URL.canParse(value) ? new URL(value) : null;
    if (url && protocols.includes(url.protocol) && url.hostname !== '') {
      if (!/^https?:$/.test(url.protocol) || isBare(url)) return value.replace(/\/+$/, '');
      this.complain(name, 'must have no user, password, query or fragment');
      return null;
    }
    this.complain(name, `must be a URL that begins with ${protocols.map((p) => `${p}//`).join(' or ')}`);
    return null;
  }

  /** Entries separated by commas. The list is empty if an entry is invalid. */
  list(name: string, isRight: (entry: string) => boolean, reason: string): string[] {
    const entries = (this.text(name)?.split(',') ?? []).map((entry) => entry.trim());
    const wrong = entries.flatMap((entry, index) => (isRight(entry) ? [] : [index + 1]));
    for (const number of wrong) this.complain(name, `entry ${number} ${reason}`);
    return wrong.length === 0 ? entries : [];
  }

  complain(name: string, reason: string): void {
    this.complaints.push(`${name} ${reason}`);
  }
}

/** Returns true if a URL has no component that the gateway would ignore. */
function isBare({ username, password, search, hash }: URL): boolean {
  return [username, password, search, hash].every((part) => part === '');
}
