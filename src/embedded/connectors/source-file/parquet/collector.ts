/** The size of unused pages at which a collection starts. */
const STEP_BYTES = 24 * 1024 * 1024;

/**
 * Frees the memory of pages that were read. V8 does so only after 64 MB, because their bytes are outside of its heap.
 * Has no effect without `--expose-gc`.
 */
export class PageCollector {
  private limit = STEP_BYTES;

  collect(): void {
    if (globalThis.gc === undefined || process.memoryUsage().arrayBuffers < this.limit) return;
    globalThis.gc();
    this.limit = process.memoryUsage().arrayBuffers + STEP_BYTES;
  }
}
