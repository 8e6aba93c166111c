import type { Failure } from '../store/failure';
import { failed, failureIn, untrusted, type AttemptState } from './attempt-state';

const first: Failure = { type: 'transient_error', origin: 'source', message: 'first' };
const second: Failure = { type: 'system_error', origin: 'engine', message: 'second' };

const created: AttemptState = { phase: 'created' };
const running: AttemptState = { phase: 'running' };
const failing: AttemptState = { phase: 'failing', failure: first };
const distrusted: AttemptState = { phase: 'untrusted', failure: first };
const succeeded: AttemptState = { phase: 'ended', failure: null };

describe('the state of an attempt', () => {
  it.each([
    [created, { phase: 'failing', failure: second }],
    [running, { phase: 'failing', failure: second }],
    [failing, failing],
    [distrusted, distrusted],
    [succeeded, succeeded],
  ])('after a failure in %j is %j', (state, expected) => {
    expect(failed(state, second)).toEqual(expected);
  });

  it.each([
    [running, { phase: 'untrusted', failure: second }],
    [failing, { phase: 'untrusted', failure: first }],
    [distrusted, distrusted],
    [succeeded, succeeded],
  ])('after contradictory counts in %j is %j', (state, expected) => {
    expect(untrusted(state, second)).toEqual(expected);
  });

  it('has a failure from the first failure on', () => {
    expect([created, running, failing, distrusted, succeeded].map(failureIn)).toEqual([
      null,
      null,
      first,
      first,
      null,
    ]);
  });
});
