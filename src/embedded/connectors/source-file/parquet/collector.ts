/** So many bytes of pages that nobody needs any more may lie around. */
const STEP_BYTES = 24 * 1024 * 1024;

/**
 * Lets pages that were read make room. V8 does so by itself, but only after 64 MB of them, since their bytes lie outside of
 * its heap. Without `--expose-gc` nothing is done.
 */
export class PageCollector {
  private limit = STEP_BYTES;

  collect(): void {
    if (globalThis.gc === undefined || process.memoryUsage().arrayBuffers < this.limit) return;
    globalThis.gc();
    this.limit = process.memoryUsage().arrayBuffers + STEP_BYTES;
  }
}
