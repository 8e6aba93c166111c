/** Memory of a gateway in bytes, after a garbage collection. */
export interface MemorySample {
  readonly atMs: number;
  readonly heapBytes: number;
  readonly rssBytes: number;
}

const MIB = 2 ** 20;

/** By how much something grew while it was watched, in MiB, by the line that fits the samples best (least squares). */
export function growthMiB(samples: readonly MemorySample[], what: 'heapBytes' | 'rssBytes'): number {
  const meanMs = mean(samples.map(({ atMs }) => atMs));
  const meanBytes = mean(samples.map((sample) => sample[what]));
  let covariance = 0;
  let variance = 0;
  for (const sample of samples) {
    covariance += (sample.atMs - meanMs) * (sample[what] - meanBytes);
    variance += (sample.atMs - meanMs) ** 2;
  }
  const watchedMs = (samples.at(-1)?.atMs ?? 0) - (samples[0]?.atMs ?? 0);
  return variance === 0 ? 0 : ((covariance / variance) * watchedMs) / MIB;
}

export function inMiB(bytes: number): string {
  return `${(bytes / MIB).toFixed(1)} MiB`;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
}
