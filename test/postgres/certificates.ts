import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A certificate and its private key, as PEM. */
export interface Certificate {
  readonly certificate: string;
  readonly key: string;
}

/** A certificate authority that uses OpenSSL. */
export class Authority {
  readonly certificate: string;

  private constructor(private readonly folder: string) {
    this.certificate = readFileSync(join(folder, 'ca.crt'), 'utf8');
  }

  static create(name: string): Authority {
    const folder = mkdtempSync(join(tmpdir(), 'authority-'));
    const make = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', `/CN=${name}`];
    openssl(folder, [...make, '-keyout', 'ca.key', '-out', 'ca.crt']);
    return new Authority(folder);
  }

  /** Signs a certificate for a name. The alternative name has OpenSSL's syntax, for example `DNS:localhost`. */
  sign(name: string, alternative?: string): Certificate {
    const { folder } = this;
    const request = ['req', '-newkey', 'rsa:2048', '-nodes', '-subj', `/CN=${name}`];
    openssl(folder, [...request, '-keyout', 'new.key', '-out', 'new.csr']);
    const more = alternative === undefined ? '' : `subjectAltName=${alternative}\n`;
    writeFileSync(join(folder, 'new.ext'), `basicConstraints=CA:FALSE\n${more}`);
    const sign = ['x509', '-req', '-in', 'new.csr', '-CA', 'ca.crt', '-CAkey', 'ca.key', '-CAcreateserial'];
    openssl(folder, [...sign, '-days', '2', '-extfile', 'new.ext', '-out', 'new.crt']);
    return { certificate: this.read('new.crt'), key: this.read('new.key') };
  }

  /** Encrypts a private key with a password. */
  encrypted(key: string, password: string): string {
    writeFileSync(join(this.folder, 'plain.key'), key);
    openssl(this.folder, [
      'pkey',
      '-in',
      'plain.key',
      '-aes256',
      '-passout',
      `pass:${password}`,
      '-out',
      'encrypted.key',
    ]);
    return this.read('encrypted.key');
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  private read(name: string): string {
    return readFileSync(join(this.folder, name), 'utf8');
  }
}

function openssl(folder: string, args: readonly string[]): void {
  execFileSync('openssl', args, { cwd: folder, stdio: 'pipe' });
}
