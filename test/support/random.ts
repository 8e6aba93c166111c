/** A pseudo-random generator (mulberry32): the same numbers for the same seed on every machine. */
export class SeededRandom {
  constructor(private state: number) {}

  /** A number from 0 to below 1. */
  next(): number {
    return this.uint32() / 2 ** 32;
  }

  below(limit: number): number {
    return this.uint32() % limit;
  }

  pick<T>(of: readonly T[]): T {
    const found = of[this.below(of.length)];
    if (found === undefined) throw new Error('nothing to choose from');
    return found;
  }

  /** True with a probability of one in `times`. */
  oneIn(times: number): boolean {
    return this.below(times) === 0;
  }

  private uint32(): number {
    this.state = (this.state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.state ^ (this.state >>> 15), 1 | this.state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return (mixed ^ (mixed >>> 14)) >>> 0;
  }
}

/** A function that returns numbers from 0 to below 1. */
export function randomFrom(seed: number): () => number {
  const random = new SeededRandom(seed);
  return () => random.next();
}
