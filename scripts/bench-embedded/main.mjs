// Rows a second, CPU, peak memory of every process and the API's answer times during a sync, per connector pair.
//   npm run bench:embedded -- [--rows 1000000] [--pairs csv:local-json,jsonl:local-json,csv:sqlite,faker:local-json]
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { EngineProcess } from '../kill-test/engine-process.mjs';
import { startSync } from '../kill-test/round.mjs';
import { writeCsv, writeJsonl } from './input.mjs';

const { values } = parseArgs({
  options: {
    rows: { type: 'string', default: '1000000' },
    pairs: { type: 'string', default: 'csv:local-json,jsonl:local-json,csv:sqlite,faker:local-json' },
  },
});
const rows = Number(values.rows);
const file = (format) => ({
  sourceType: 'file',
  dataset_name: 'input',
  format,
  url: `/local/input.${format}`,
  provider: { storage: 'local' },
});
const SOURCES = {
  csv: () => file('csv'),
  jsonl: () => file('jsonl'),
  faker: () => ({ sourceType: 'faker', count: rows }),
};
const DESTINATIONS = {
  'local-json': () => ({ destinationType: 'local-json', destination_path: '/local/out' }),
  sqlite: () => ({ destinationType: 'sqlite', destination_path: '/local/out.sqlite' }),
};

/** Peak resident memory in MB and CPU seconds of a process that still runs, else null. */
function usageOf(pid) {
  try {
    const peak = /VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return { peakMb: Number(peak) / 1024, cpuS: (Number(fields[11]) + Number(fields[12])) / 100 };
  } catch {
    return null; // It ended while it was looked at.
  }
}

async function measure(pair, dataDir) {
  const [source, destination] = pair.split(':');
  const log = [];
  const engine = await EngineProcess.start(dataDir, log);
  const stream = { name: source === 'faker' ? 'users' : 'input', syncMode: 'full_refresh_overwrite' };
  const started = performance.now();
  const before = usageOf(engine.child.pid);
  const jobId = await startSync(
    engine,
    { source: SOURCES[source], destination: DESTINATIONS[destination], stream },
    { rows },
  );
  const [usages, latencies] = [{}, []];
  let job;
  do {
    await sleep(50);
    const asked = performance.now();
    job = await engine.call('GET', `/jobs/${jobId}`);
    latencies.push(performance.now() - asked);
    const pids = {
      engine: engine.child.pid,
      source: engine.connectors('read')[0],
      destination: engine.connectors('write')[0],
    };
    for (const [name, pid] of Object.entries(pids)) usages[name] = (pid && usageOf(pid)) ?? usages[name];
  } while (!['succeeded', 'failed'].includes(job.status));
  const seconds = (performance.now() - started) / 1000;
  usages.engine.cpuS -= before.cpuS;
  await engine.kill('SIGTERM');
  if (job.status !== 'succeeded' || job.rowsSynced !== rows)
    throw new Error(`${pair}: ${JSON.stringify(job)}\n${log.join('')}`);
  return { seconds, usages, latencies: latencies.sort((a, b) => a - b) };
}

console.log(`${rows} rows, Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model}`);
console.log(
  '| pair | s | rows/s | CPU s: source, engine, destination | peak MB: source, engine, destination | API p50, p99 ms |',
);
console.log('|---|---|---|---|---|---|');
for (const pair of values.pairs.split(',')) {
  const dataDir = mkdtempSync(join(tmpdir(), 'bench-embedded-'));
  try {
    mkdirSync(join(dataDir, 'local'));
    if (pair.startsWith('csv')) writeCsv(join(dataDir, 'local/input.csv'), rows);
    if (pair.startsWith('jsonl')) writeJsonl(join(dataDir, 'local/input.jsonl'), rows);
    const { seconds, usages, latencies } = await measure(pair, dataDir);
    const each = (what, digits) =>
      ['source', 'engine', 'destination'].map((name) => usages[name]?.[what].toFixed(digits)).join(', ');
    const quantile = (q) =>
      latencies[Math.min(latencies.length - 1, Math.floor(latencies.length * q))].toFixed(0);
    console.log(
      `| ${pair.replace(':', ' to ')} | ${seconds.toFixed(1)} | ${Math.round(rows / seconds)} | ${each('cpuS', 1)} | ${each('peakMb', 0)} | ${quantile(0.5)}, ${quantile(0.99)} |`,
    );
  } finally {
    rmSync(dataDir, { recursive: true, force: true });
  }
}
