// Loaded into a gateway with `node --expose-gc --require`. It reports what the process has used since the last "reset".
const { openSync, readSync } = require('node:fs');

const TICK_MS = 2;
const MEMORY_EVERY_TICKS = 10;

/** CPU time of the main thread: on a busy machine it shows the work, where elapsed time shows the wait for a core. */
const cpuMs = mainThreadCpu() ?? allThreadsCpu;
let ticks = 0;
let last = { wallMs: performance.now(), cpuMs: cpuMs() };
let peaks = noPeaks();

function noPeaks() {
  return { blockWallMs: 0, blockCpuMs: 0, peakRssBytes: 0 };
}

/** The kernel counts nanoseconds on a core for each thread (Documentation/scheduler/sched-stats.rst). */
function mainThreadCpu() {
  const text = Buffer.alloc(64);
  try {
    const file = openSync('/proc/self/schedstat', 'r');
    return () => Number(text.toString('latin1', 0, readSync(file, text, 0, 64, 0)).split(' ')[0]) / 1e6;
  } catch {
    // Only Linux has it.
    return null;
  }
}

function allThreadsCpu() {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/** A timer fires once in each turn of the event loop at most, so the time between two ticks is that of one turn. */
function note() {
  const now = { wallMs: performance.now(), cpuMs: cpuMs() };
  peaks.blockWallMs = Math.max(peaks.blockWallMs, now.wallMs - last.wallMs);
  peaks.blockCpuMs = Math.max(peaks.blockCpuMs, now.cpuMs - last.cpuMs);
  if (ticks++ % MEMORY_EVERY_TICKS === 0)
    peaks.peakRssBytes = Math.max(peaks.peakRssBytes, process.memoryUsage.rss());
  last = { wallMs: performance.now(), cpuMs: cpuMs() };
}

function tick() {
  note();
  setTimeout(tick, TICK_MS).unref();
}

process.on('message', (word) => {
  note();
  const seen = peaks;
  if (word === 'reset') peaks = noPeaks();
  if (word === 'usage') globalThis.gc?.();
  last = { wallMs: performance.now(), cpuMs: cpuMs() };
  const { heapUsed, rss } = process.memoryUsage();
  process.send({ ...seen, heapBytes: heapUsed, rssBytes: rss });
});
process.channel.unref();
tick();
