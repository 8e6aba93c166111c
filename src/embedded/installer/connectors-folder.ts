import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import {
  connectorsFolder,
  installedListPath,
  readInstalled,
  type InstalledConnector,
} from '../engine/installed-connectors';
import { ensureFolder } from '../platform/ensure-folder';
import { takeLock } from '../platform/file-lock';
import { writeFileAtomic } from '../platform/regular-file';
import { InstallError } from './install-error';

/** The folder of installed connectors, locked for this process. */
export class ConnectorsFolder {
  private constructor(
    private readonly dataDir: string,
    private readonly release: () => void,
  ) {}

  /**
   * Locks the folder and removes what an installation that was killed has left.
   * @throws InstallError if another process changes it
   */
  static open(dataDir: string, now: Date): ConnectorsFolder {
    const folder = connectorsFolder(dataDir);
    ensureFolder(folder, 0o700);
    const lock = takeLock(join(folder, 'lock'), now);
    if ('holder' in lock)
      throw new InstallError(
        `Process ${lock.holder.pid} is changing the connectors since ${lock.holder.since}. Wait for it, and repeat the command.`,
      );
    const opened = new ConnectorsFolder(dataDir, lock.release);
    opened.removeUnused();
    return opened;
  }

  close(): void {
    this.release();
  }

  installed(): InstalledConnector[] {
    return readInstalled(this.dataDir);
  }

  pathOf(folder: string): string {
    return join(connectorsFolder(this.dataDir), folder);
  }

  /** Registers a connector in one step, in place of an older version of the same package. */
  register(connector: InstalledConnector): void {
    this.write([...this.others(connector.package), connector]);
  }

  /** @returns whether it was there */
  unregister(name: string): boolean {
    const others = this.others(name);
    if (others.length === this.installed().length) return false;
    this.write(others);
    return true;
  }

  private others(name: string): InstalledConnector[] {
    return this.installed().filter((other) => other.package !== name);
  }

  private write(connectors: readonly InstalledConnector[]): void {
    writeFileAtomic(installedListPath(this.dataDir), `${JSON.stringify({ connectors }, null, 2)}\n`, 0o600);
    this.removeUnused();
  }

  /** Removes folders that are not in the list. */
  private removeUnused(): void {
    const used = new Set(this.installed().map(({ folder }) => folder));
    const root = connectorsFolder(this.dataDir);
    if (!existsSync(root)) return;
    for (const entry of readdirSync(root, { withFileTypes: true }))
      if (entry.isDirectory() && !used.has(entry.name))
        rmSync(join(root, entry.name), { recursive: true, force: true });
  }
}
