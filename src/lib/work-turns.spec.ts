import { WorkTurns } from './work-turns';

const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('WorkTurns', () => {
  it('lets the keys take turns, each with its work in its order', async () => {
    const turns = new WorkTurns();
    const done: string[] = [];
    for (const name of ['a1', 'a2', 'a3', 'b1', 'b2']) turns.add(name.charAt(0), () => done.push(name));
    expect(done).toEqual([]);
    while (done.length < 5) await nextTurn();
    expect(done).toEqual(['a1', 'b1', 'a2', 'b2', 'a3']);
  });

  it('does one piece of long work in a turn of the event loop', async () => {
    const turns = new WorkTurns();
    let done = 0;
    const long = (): void => {
      const endsAtMs = performance.now() + 6;
      while (performance.now() < endsAtMs);
      done++;
    };
    for (let added = 0; added < 3; added++) turns.add('a', long);
    const seen = new Set<number>();
    while (done < 3) {
      await nextTurn();
      seen.add(done);
    }
    expect([...seen]).toEqual([1, 2, 3]);
  });
});
