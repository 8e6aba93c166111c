import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { LOCAL_ROOT_VARIABLE } from '../../protocol/local-root';
import { findFiles, openFound } from './files';
import { openLocalFile } from './local-file';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'files-'));
  mkdirSync(at('.'));
  process.env[LOCAL_ROOT_VARIABLE] = at('.');
});

afterEach(() => {
  Reflect.deleteProperty(process.env, LOCAL_ROOT_VARIABLE);
  rmSync(folder, { recursive: true, force: true });
});

function at(path: string): string {
  return join(folder, 'local', path);
}

function file(...paths: string[]): void {
  for (const path of paths) {
    mkdirSync(dirname(at(path)), { recursive: true });
    writeFileSync(at(path), path);
  }
}

/** Paths below /local/. */
function found(pattern: string): string[] {
  return findFiles(`/local/${pattern}`).map(({ name }) => name.slice('/local/'.length));
}

describe('a pattern', () => {
  it.each([
    ['in/*.csv', ['in/a.csv', 'in/b.csv']],
    ['in/?.csv', ['in/a.csv', 'in/b.csv']],
    ['in/[!a].csv', ['in/b.csv']],
    ['in/[a-a]*', ['in/a.csv']],
    ['in/[]a].csv', ['in/a.csv']],
    ['*/*.csv', ['in/a.csv', 'in/b.csv']],
    ['**/*.csv', ['in/a.csv', 'in/b.csv', 'in/deep/er/c.csv']],
    ['in/**', ['in/a.csv', 'in/b.csv', 'in/deep/er/c.csv', 'in/x[1].txt']],
    ['in/**/**/c.csv', ['in/deep/er/c.csv']],
    ['in/*', ['in/a.csv', 'in/b.csv', 'in/x[1].txt']],
    ['in/.h*', ['in/.hidden.csv']],
    ['in/x\\[1].txt', ['in/x[1].txt']],
    ['in/x[1].txt', ['in/x[1].txt']],
    ['in/*a**.csv', ['in/a.csv']],
  ])('%s matches as in a shell', (pattern, files) => {
    file('in/b.csv', 'in/a.csv', 'in/.hidden.csv', 'in/deep/er/c.csv', 'in/.git/d.csv', 'in/x[1].txt');
    expect(found(pattern)).toEqual(files);
  });

  it('follows links to files and folders inside of /local', () => {
    file('in/2026-02/a.csv', 'old/a.csv', 'one.csv');
    symlinkSync('../old', at('in/2026-01'));
    symlinkSync(at('one.csv'), at('in/2026-02/b.csv'));
    const files = ['in/2026-01/a.csv', 'in/2026-02/a.csv', 'in/2026-02/b.csv'];
    expect(found('in/*/*.csv')).toEqual(files);
    expect(found('in/**/*.csv')).toEqual(files);
  });

  it('ends if links form a circle', () => {
    file('in/a/1.csv', 'in/b/2.csv');
    symlinkSync('..', at('in/a/up'));
    symlinkSync('../b', at('in/a/b'));
    symlinkSync('../a', at('in/b/a'));
    expect(found('in/**/*.csv')).toEqual(['in/a/1.csv', 'in/b/2.csv']);
    expect(found('in/*/*/*.csv')).toEqual(['in/a/b/2.csv', 'in/b/a/1.csv']);
  });

  it('ends if every folder links to every other one', () => {
    const names = Array.from({ length: 12 }, (_, index) => `n${index}`);
    file(...names.map((name) => `net/${name}/1.csv`));
    for (const from of names) for (const to of names) symlinkSync(`../${to}`, at(`net/${from}/${to}`));
    expect(found('net/**/*.csv')).toHaveLength(12);
  });

  it('takes time proportional to the number of names', () => {
    const path = 'a/'.repeat(40);
    file(`${path}x.txt`);
    expect(() => found(`${'**/'.repeat(12)}${'*a'.repeat(60)}.csv`)).toThrow('No file is found');
    expect(() => found(`${'**/a/'.repeat(12)}*.csv`)).toThrow('No file is found');
  });

  it.each([
    [
      'a link to a file that is missing',
      (): void => {
        symlinkSync('gone.csv', at('in/b.csv'));
      },
      'in/b.csv is a link to',
    ],
    [
      'a link to a folder that is missing',
      (): void => {
        symlinkSync('gone', at('in/b'));
      },
      'in/b is a link to',
    ],
    [
      'a link out of /local',
      (): void => {
        symlinkSync('/etc/passwd', at('in/b.csv'));
      },
      'in/b.csv" leads out of /local/',
    ],
    [
      'a linked folder outside',
      (): void => {
        symlinkSync(tmpdir(), at('in/b'));
      },
      'in/b" leads out of /local/',
    ],
    [
      'a folder',
      (): void => {
        mkdirSync(at('in/b.csv'));
      },
      'in/b.csv is a folder that the pattern',
    ],
    ['a FIFO', (): void => void execFileSync('mkfifo', [at('in/b.csv')]), 'in/b.csv is a FIFO'],
    [
      'a link to itself',
      (): void => {
        symlinkSync('b.csv', at('in/b.csv'));
      },
      'in/b.csv cannot be read: its links',
    ],
  ])('that matches %s fails with its name', (_what, make, reason) => {
    file('in/a.csv');
    make();
    expect(() => found('in/**/*.csv')).toThrow(reason);
  });

  it('that is also the name of a file is refused if it matches other files', () => {
    file('x[1].csv', 'x1.csv');
    expect(() => found('x[1].csv')).toThrow('put a backslash before [');
  });

  it.each(['/etc/*', '/local*', '/local/../*', '/local/in/../../*', 'local/*'])(
    '%s is refused',
    (pattern) => {
      expect(() => findFiles(pattern)).toThrow('must begin with /local/');
    },
  );
});

describe('a file', () => {
  it.each([
    ['that is missing', 'gone.csv', 'No file is found at /local/gone.csv.'],
    ['below a file', 'a.csv/b.csv', 'No file is found at /local/a.csv/b.csv: a part of the path is a file'],
    [
      'that is a folder',
      'in',
      '/local/in is a folder: name a file, or use /local/in/* to read the files in it.',
    ],
    ['that is a FIFO', 'fifo', '/local/fifo is a FIFO: only regular files are read.'],
    ['that is a device', 'null', 'leads out of /local/'],
    ['with a name that is too long', 'x'.repeat(300), 'it is too long'],
  ])('%s is refused, without a path of the host', (_what, path, reason) => {
    file('a.csv', 'in/b.csv');
    execFileSync('mkfifo', [at('fifo')]);
    symlinkSync('/dev/null', at('null'));
    const read = (): unknown => findFiles(`/local/${path}`);
    expect(read).toThrow(reason);
    expect(read).not.toThrow(folder);
  });

  it('is checked through its descriptor, even if its name is replaced later', () => {
    file('a.csv');
    const opened = openLocalFile('/local/a.csv');
    unlinkSync(at('a.csv'));
    symlinkSync('/etc/passwd', at('a.csv'));
    expect(opened.identity.size).toBe(BigInt('a.csv'.length));
    opened.close();
    expect(() => openLocalFile('/local/a.csv')).toThrow('leads out of /local/');
  });

  it('is not read if it was replaced or written since it was found', () => {
    file('a.csv', 'b.csv');
    const [a] = findFiles('/local/a.csv');
    renameSync(at('b.csv'), at('a.csv'));
    expect(() => a && openFound(a)).toThrow('/local/a.csv was changed while it was read.');
    const [again] = findFiles('/local/a.csv');
    chmodSync(at('a.csv'), 0o600);
    expect(() => again && openFound(again)).toThrow('/local/a.csv was changed while it was read.');
  });
});
