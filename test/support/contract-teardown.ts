import { rmSync } from 'node:fs';
import { answersToBeSeen } from './contract-document';
import { allSeen, SEEN_DIRECTORY } from './contract-seen';

/** Below this share, only a part of the tests was run, and missing answers are not reported. */
const WHOLE_RUN = 0.9;

/** Jest's global teardown: lists the documented answers that no test received, and fails if there are any. */
export default function teardown(): void {
  const directory = process.env[SEEN_DIRECTORY];
  if (directory === undefined) return;
  const all = answersToBeSeen();
  const saw = allSeen(directory);
  rmSync(directory, { recursive: true, force: true });
  const unseen = all.filter((answer) => !saw.has(answer));
  if (saw.size < all.length * WHOLE_RUN && process.env['CONTRACT_LIST_UNSEEN'] === undefined) return;
  process.stdout.write(`\n${all.length - unseen.length} of ${all.length} documented answers were seen.\n`);
  if (unseen.length > 0) throw new Error(`no test saw these documented answers:\n${byCode(unseen)}`);
}

function byCode(answers: readonly string[]): string {
  const groups = new Map<string, string[]>();
  for (const answer of answers) {
    const [operation = '', ...what] = answer.split(' ');
    groups.set(what.join(' '), [...(groups.get(what.join(' ')) ?? []), operation]);
  }
  return [...groups].map(([what, operations]) => `  ${what}: ${operations.join(', ')}`).join('\n');
}
