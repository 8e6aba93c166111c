import { DetailLoader, type DetailRequest } from './detail-loader';

type Result = ReadonlyMap<string, string | null>;

/** A loader whose reads the test answers. */
class Bench {
  readonly reads: string[][] = [];
  readonly faults: unknown[] = [];
  nowMs = 0;
  readonly loader: DetailLoader<string, string>;

  constructor(maxEntries = 100) {
    this.loader = new DetailLoader<string, string>(
      (requests) => {
        this.reads.push(requests.map(({ subject }) => subject));
        return Promise.resolve(this.answer(requests));
      },
      { maxEntries, nowMs: () => this.nowMs, onFault: (error) => this.faults.push(error) },
    );
  }

  answer: (requests: readonly DetailRequest<string>[]) => Result | Promise<Result> = (requests) =>
    new Map(requests.map(({ connectionId, subject }) => [connectionId, `detail of ${subject}`]));
}

const of = (connectionId: string, version = '1'): DetailRequest<string> => ({
  connectionId,
  version,
  subject: `${connectionId}${version}`,
});

it('reads each version once, whatever the number of requests', async () => {
  const { loader, reads } = new Bench();
  await Promise.all([loader.load(of('a')), loader.load(of('a')), loader.load(of('b'))]);
  await loader.load(of('a'));
  expect(reads).toEqual([['a1', 'b1']]);
  expect(loader.get('a', '1')).toBe('detail of a1');
  await loader.load(of('a', '2'));
  expect(reads).toEqual([['a1', 'b1'], ['a2']]);
  expect([loader.get('a', '1'), loader.get('a', '2')]).toEqual([null, 'detail of a2']);
});

it('shares the next read among all requests that come during one', async () => {
  const state = new Bench();
  const { loader, reads } = state;
  let finish: (found: Result) => void = () => undefined;
  state.answer = () => new Promise((resolve) => (finish = resolve));
  const first = loader.load(of('a'));
  while (reads.length === 0) await new Promise(setImmediate);
  state.answer = () =>
    new Map([
      ['b', 'B'],
      ['c', 'C'],
      ['a', 'A'],
    ]);
  const others = [loader.load(of('b')), loader.load(of('c')), loader.load(of('a', '2'))];
  finish(new Map([['a', 'old']]));
  await Promise.all([first, ...others]);
  expect(reads).toEqual([['a1'], ['a2', 'b1', 'c1']]);
  expect(loader.get('a', '2')).toBe('A');
});

it('remembers that there is no detail', async () => {
  const state = new Bench();
  state.answer = () => new Map([['a', null]]);
  await state.loader.load(of('a'));
  state.nowMs = 1e9;
  await state.loader.load(of('a'));
  expect(state.reads).toHaveLength(1);
});

it('reads what failed again after 10 s, then after longer pauses', async () => {
  const state = new Bench();
  const { loader, reads } = state;
  state.answer = () => new Map();
  const times: number[] = [];
  for (; state.nowMs <= 1_000_000; state.nowMs += 1000) {
    const [before, due] = [reads.length, loader.dueIds()];
    await loader.load(of('a'));
    if (reads.length === before) continue;
    times.push(state.nowMs / 1000);
    expect(due).toEqual(times.length === 1 ? [] : ['a']);
  }
  expect(times).toEqual([0, 10, 30, 70, 150, 310, 610, 910]);
  state.answer = () => new Map([['a', 'A']]);
  await loader.load(of('a', '2'));
  expect(loader.get('a', '2')).toBe('A');
});

it('does not try what is forgotten', async () => {
  const state = new Bench();
  state.answer = () => new Map();
  await state.loader.load(of('a'));
  state.nowMs = 1e9;
  expect(state.loader.dueIds()).toEqual(['a']);
  state.loader.forget('a');
  expect(state.loader.dueIds()).toEqual([]);
});

it('reports a fault of the gateway and continues', async () => {
  const state = new Bench();
  state.answer = () => {
    throw new TypeError('a fault');
  };
  await state.loader.load(of('a'));
  expect(state.faults).toEqual([new TypeError('a fault')]);
  state.answer = () => new Map([['b', 'B']]);
  await state.loader.load(of('b'));
  expect(state.loader.get('b', '1')).toBe('B');
});

it('keeps the newest details of a bounded number', async () => {
  const { loader } = new Bench(2);
  for (const id of ['a', 'b', 'c']) await loader.load(of(id));
  expect(['a', 'b', 'c'].map((id) => loader.get(id, '1'))).toEqual([null, 'detail of b1', 'detail of c1']);
});
