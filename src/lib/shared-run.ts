/** Runs an action at most once at a time. All who ask meanwhile share the run. */
export class SharedRun {
  private running: Promise<void> | null = null;

  run(action: () => Promise<void>): Promise<void> {
    this.running ??= action().finally(() => {
      this.running = null;
    });
    return this.running;
  }
}
