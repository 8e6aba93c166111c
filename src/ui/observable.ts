import { useEffect, useState } from 'preact/hooks';

/** A value that components follow. */
export class Observable<T> {
  private readonly followers = new Set<() => void>();

  constructor(private current: T) {}

  get value(): T {
    return this.current;
  }

  set value(next: T) {
    if (Object.is(next, this.current)) return;
    this.current = next;
    for (const follow of [...this.followers]) follow();
  }

  follow(follower: () => void): () => void {
    this.followers.add(follower);
    return () => this.followers.delete(follower);
  }
}

/** Renders the component again when the value changes. */
export function useObservable<T>(observable: Observable<T>): T {
  const [, render] = useState({});
  useEffect(() => {
    render({});
    return observable.follow(() => {
      render({});
    });
  }, [observable]);
  return observable.value;
}
