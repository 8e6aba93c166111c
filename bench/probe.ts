/** Loaded into every process that is measured (`node --require`): tells what it has used when it is asked. */
export interface Usage {
  /** User and system time of all its threads since it began. */
  readonly cpuMicros: number;
  readonly rssBytes: number;
  readonly heapBytes: number;
}

process.on('message', (word: 'usage' | 'collect') => {
  if (word === 'collect') globalThis.gc?.();
  const { user, system } = process.cpuUsage();
  const { rss, heapUsed } = process.memoryUsage();
  process.send?.({ cpuMicros: user + system, rssBytes: rss, heapBytes: heapUsed } satisfies Usage);
});
// The measured process must end with a benchmark that failed.
process.on('disconnect', () => process.exit());
// Being measurable must not keep a process alive.
process.channel?.unref();
