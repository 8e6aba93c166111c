import { arrayAt, isJson, textAt } from './json';
import { notShown, shownBy } from './coverage';
import type { Description } from './description';
import { type Exchange, judge } from './judge';
import type { Recorded } from './recorder';

/** Every status of a job: the embedded Airbyte's answers are to be seen in each that it has. */
const JOB_STATUSES = ['pending', 'running', 'incomplete', 'failed', 'succeeded', 'cancelled'];

/**
 * The findings, one line each.
 * @param served operations of an embedded Airbyte, each of which must have been seen to succeed; none for another one
 */
export function report(
  description: Description,
  recorded: readonly Recorded[],
  served: readonly string[],
): { lines: string[]; isKept: boolean } {
  const faults = new Map<string, number>();
  const [shown, answered, statuses] = [new Set<string>(), new Set<string>(), new Set<string>()];
  for (const { sender, exchange } of recorded) {
    const verdict = judge(description, exchange);
    for (const fault of verdict.faults) {
      const text = `${exchange.method} ${exchange.path.replace(/[0-9a-f-]{36}/g, '{id}')} (${sender}): ${fault}`;
      faults.set(text, (faults.get(text) ?? 0) + 1);
    }
    if (verdict.operationId === null) continue;
    if (exchange.status < 300) answered.add(verdict.operationId);
    if (sender !== 'others') shownBy(verdict.operationId, exchange).forEach((one) => shown.add(one));
    if (exchange.path.startsWith('/jobs')) statusesIn(exchange).forEach((one) => statuses.add(one));
  }
  const unseen = served.length === 0 ? [] : JOB_STATUSES.filter((status) => !statuses.has(status));
  const failures = [
    ...[...faults].map(([fault, times]) => (times === 1 ? fault : `${fault} (${times} times)`)),
    ...notShown(shown).map((one) => `never sent by the gateway: ${one}`),
    ...served.filter((id) => !answered.has(id)).map((id) => `served, but never seen to succeed: ${id}`),
    ...unseen.map((status) => `no job was seen as ${status}`),
  ];
  const by = (name: string): number => recorded.filter(({ sender }) => sender === name).length;
  return {
    lines: [
      ...failures.map((failure) => `FAIL ${failure}`),
      `${recorded.length} exchanges: ${by('gateway')} of the gateway, ${by('client')} of its client alone, ` +
        `${by('others')} of others; ${answered.size} operations answered`,
      `upstream contract: ${failures.length === 0 ? 'kept' : 'BROKEN'}`,
    ],
    isKept: failures.length === 0,
  };
}

/** The statuses of the jobs in an answer. */
function statusesIn({ answerBody }: Exchange): string[] {
  const body: unknown = answerBody.startsWith('{') ? JSON.parse(answerBody) : {};
  if (!isJson(body)) return [];
  return [body, ...arrayAt(body, 'data').filter(isJson)].map((job) => textAt(job, 'status'));
}
