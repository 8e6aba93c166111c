/** Tells all who wait that something has changed. */
export class UpdateSignal {
  private readonly listeners = new Set<() => void>();

  fire(): void {
    for (const listener of [...this.listeners]) listener();
  }

  /** @returns a function that removes the listener */
  listen(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => {
      this.listeners.delete(listener);
    };
  }
}
