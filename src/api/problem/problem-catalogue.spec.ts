import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PROBLEMS } from './problem-catalogue';

const FOLDER = join(__dirname, '..', '..', '..', 'docs', 'errors');
const page = (name: string): string => readFileSync(join(FOLDER, name), 'utf8');

interface Described {
  readonly paths: Record<string, Record<string, { responses: Record<string, object> }>>;
  readonly components: { readonly schemas: Record<string, { enum?: string[] }> };
}

/** Problems that no operation answers. */
const OF_NO_OPERATION = ['method-not-allowed'];

describe('the catalogue of problems', () => {
  it('has a page for every code, and no other pages', () => {
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

  it.each(Object.entries(PROBLEMS))(
    'shows %s in its page as it is answered, and the way out',
    (code, kind) => {
      const [, example = '{}'] = /\n## Example\n\n```json\n([^`]+)```\n/.exec(page(`${code}.md`)) ?? [];
      const type = `/problems/${code}`;
      expect(JSON.parse(example)).toMatchObject({ ...kind, type, code, detail: expect.any(String) });
      expect(page(`${code}.md`)).toMatch(/\n## What to do\n\n\S/);
    },
  );

  it('has the same codes and statuses as the answers of the API description', () => {
    const { paths, components } = JSON.parse(readFileSync('openapi.json', 'utf8')) as Described;
    expect([...(components.schemas['ProblemCode']?.enum ?? [])].sort()).toEqual(Object.keys(PROBLEMS).sort());
    const answered = new Map<string, number>();
    for (const { responses } of Object.values(paths).flatMap((path) => Object.values(path)))
      for (const [status, response] of Object.entries(responses))
        for (const code of (response as { 'x-problem-codes'?: string[] })['x-problem-codes'] ?? [])
          answered.set(code, Number(status));
    for (const [code, { status }] of Object.entries(PROBLEMS))
      expect([code, answered.get(code)]).toEqual([code, OF_NO_OPERATION.includes(code) ? undefined : status]);
    expect([...answered.keys()].filter((code) => !(code in PROBLEMS))).toEqual([]);
  });
});
