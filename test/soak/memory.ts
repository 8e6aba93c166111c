/** What a gateway holds on to: bytes after a collection. */
export interface MemorySample {
  readonly atMs: number;
  readonly heapBytes: number;
  readonly rssBytes: number;
}

const MIB = 2 ** 20;
const MINUTE_MS = 60_000;

/** How fast something grows, in MiB a minute: the slope of the line that fits the samples best (least squares). */
export function growthMiBPerMinute(samples: readonly MemorySample[], what: 'heapBytes' | 'rssBytes'): number {
  const meanMs = mean(samples.map(({ atMs }) => atMs));
  const meanBytes = mean(samples.map((sample) => sample[what]));
  let covariance = 0;
  let variance = 0;
  for (const sample of samples) {
    covariance += (sample.atMs - meanMs) * (sample[what] - meanBytes);
    variance += (sample.atMs - meanMs) ** 2;
  }
  return variance === 0 ? 0 : ((covariance / variance) * MINUTE_MS) / MIB;
}

export function inMiB(bytes: number): string {
  return `${(bytes / MIB).toFixed(1)} MiB`;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
}
