import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PROBLEMS } from './problem.catalogue';

const FOLDER = join(__dirname, '..', '..', '..', 'docs', 'errors');
const page = (name: string): string => readFileSync(join(FOLDER, name), 'utf8');

describe('the catalogue of problems', () => {
  it('has a page for every code, and no page for a code that is gone', () => {
    const pages = readdirSync(FOLDER).filter((name) => name !== 'README.md');
    expect(pages.map((name) => name.replace('.md', '')).sort()).toEqual(Object.keys(PROBLEMS).sort());
  });

  it.each(Object.entries(PROBLEMS))(
    'says the same of %s in its page and in the list',
    (code, { status, title }) => {
      expect(page(`${code}.md`)).toContain(`# ${code}\n\n**${status}** · ${title}\n`);
      expect(page('README.md')).toContain(`| [${code}](${code}.md) | ${status} | ${title} |`);
    },
  );
});
