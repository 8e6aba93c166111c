import { AsyncLocalStorage, AsyncResource } from 'node:async_hooks';
import { bindWithoutAccessors } from './light-bind';

describe('functions bound without accessors', () => {
  beforeAll(bindWithoutAccessors);

  it('run in the context in which they were bound, with the arguments and the receiver they are called with', () => {
    const context = new AsyncLocalStorage<string>();
    const bound = context.run('of the request', () =>
      new AsyncResource('test').bind(function (this: unknown, ...args: readonly string[]) {
        return { context: context.getStore(), receiver: this, args };
      }),
    );
    const receiver = {};
    const answer = context.run('of the socket', () => bound.call(receiver, 'a', 'b'));
    expect(answer).toEqual({ context: 'of the request', receiver, args: ['a', 'b'] });
    expect(answer.receiver).toBe(receiver);
  });

  it('have no member of their own by which they would differ in kind', () => {
    const bound = AsyncResource.bind(() => 1);
    expect(Object.getOwnPropertyNames(bound)).not.toContain('asyncResource');
    expect(bound()).toBe(1);
  });
});
