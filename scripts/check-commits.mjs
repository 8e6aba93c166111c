// npm run commits: the subject of every commit after BASE is a Conventional Commit, https://www.conventionalcommits.org/
// A shallow clone has a part of the history: then its commits are checked. Only a folder without any history passes unchecked.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

/** The last commit before the convention. */
const BASE = '7bd90da75bb49e1017bde9f4eab9bb11a2424ebc';
const TYPES = 'build|chore|ci|docs|feat|fix|perf|refactor|revert|style|test';
const SUBJECT = new RegExp(`^(?:${TYPES})(?:\\([a-z0-9-]+(?:, ?[a-z0-9-]+)*\\))?!?: \\S.*[^.\\s]$`);
const MAX_LENGTH = 120;

function git(...args) {
  const { status, stdout, stderr, error } = spawnSync('git', args, { encoding: 'utf8' });
  if (status === 0) return stdout.trim();
  throw new Error(`git ${args.join(' ')}: ${error?.message ?? stderr.trim()}`);
}

function hasBase() {
  return spawnSync('git', ['merge-base', '--is-ancestor', BASE, 'HEAD']).status === 0;
}

if (!existsSync('.git') || git('rev-list', '--all', '--max-count=1') === '') {
  console.log('No commit was checked: this folder has no git history.');
} else {
  const isShallow = git('rev-parse', '--is-shallow-repository') === 'true';
  const range = hasBase() ? `${BASE}..HEAD` : 'HEAD';
  // The first commit of a history that was begun anew holds the whole tree and may have any subject.
  const parents = range === 'HEAD' && !isShallow ? 1 : 0;
  const log = git('log', '--no-merges', `--min-parents=${parents}`, '--format=%h %s', range);
  const commits = log.split('\n').filter(Boolean);
  const wrong = commits.filter((commit) => {
    const subject = commit.slice(commit.indexOf(' ') + 1);
    return !SUBJECT.test(subject) || subject.length > MAX_LENGTH;
  });
  console.log(`Checked ${commits.length} commits (${range}${isShallow ? ', shallow clone' : ''}).`);
  if (wrong.length > 0) {
    console.error(`Not "type(scope): subject" with at most ${MAX_LENGTH} characters and no full stop:`);
    console.error(wrong.map((commit) => `  ${commit}`).join('\n'));
    console.error(`Types: ${TYPES.replaceAll('|', ', ')}`);
    process.exitCode = 1;
  }
}
