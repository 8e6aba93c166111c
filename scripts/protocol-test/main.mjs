// npm run test:protocol: everything that the built-in connectors say and are told, held against Airbyte's own schema of
// its protocol, which AIRBYTE_PROTOCOL_SCHEMA names. The Postgres connectors move data where a server can be started.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { EngineProcess } from '../bench-embedded/engine-process.mjs';
import { PostgresServer } from '../postgres-test/server.mjs';
import { ProtocolJudge } from './judge.mjs';
import { Story } from './story.mjs';

const TAP = fileURLToPath(new URL('tap.mjs', import.meta.url));
const { BUILT_IN } = createRequire(import.meta.url)('../../dist/embedded/engine/definitions.js');

/** What a connector must have been seen to say. */
const SAYS = {
  source: ['SPEC', 'CONNECTION_STATUS', 'CATALOG', 'RECORD', 'STATE', 'TRACE ERROR', 'TRACE STREAM_STATUS'],
  destination: ['SPEC', 'CONNECTION_STATUS', 'STATE', 'TRACE ERROR'],
};
/** What a Postgres connector says without a server. */
const SAYS_ALONE = ['SPEC', 'CONNECTION_STATUS'];

async function main() {
  const schema = process.env.AIRBYTE_PROTOCOL_SCHEMA;
  if (!schema) {
    console.log(
      'protocol: not run. AIRBYTE_PROTOCOL_SCHEMA does not name a copy of the Airbyte Protocol’s schema.',
    );
    return;
  }
  const judge = new ProtocolJudge(schema);
  const dataDir = mkdtempSync(join(tmpdir(), 'protocol-test-'));
  const server = await startPostgres();
  try {
    const connectors = BUILT_IN.map((definition) => tapped(definition, dataDir));
    writeFileSync(join(dataDir, 'connectors.json'), JSON.stringify({ connectors }));
    await play(dataDir, server);
    askForTheUnknown(connectors.find(({ type }) => type === 'faker'));
    const failures = BUILT_IN.flatMap((definition) => held(definition, judge, dataDir, server));
    for (const failure of failures) console.log(`FAIL ${failure}`);
    console.log(`protocol: ${failures.length === 0 ? 'kept' : 'BROKEN'}`);
    process.exitCode = failures.length === 0 ? 0 : 1;
  } finally {
    await server?.stop();
    rmSync(dataDir, { recursive: true, force: true });
  }
}

async function play(dataDir, server) {
  const log = [];
  const engine = await EngineProcess.start(dataDir, log);
  try {
    await new Story(engine, dataDir, server).tell();
  } catch (error) {
    console.log(log.join(''));
    throw error;
  } finally {
    await engine.kill('SIGTERM');
  }
}

/** A faker that is asked for what it does not have: no engine would do that, and nothing else makes it fail. */
function askForTheUnknown({ command: [node, tap, folder, main] }) {
  const stream = { name: 'none', json_schema: {}, supported_sync_modes: ['full_refresh'] };
  const catalog = { streams: [{ stream, sync_mode: 'full_refresh', destination_sync_mode: 'append' }] };
  const [config, configured] = ['config', 'configured'].map((name) => join(folder, '..', `${name}.json`));
  writeFileSync(config, JSON.stringify({ count: 1 }));
  writeFileSync(configured, JSON.stringify(catalog));
  spawnSync(node, [tap, folder, main, 'read', '--config', config, '--catalog', configured], { input: '' });
}

/** Null where there is no server to start. */
async function startPostgres() {
  try {
    return await PostgresServer.start();
  } catch (error) {
    console.log(
      `postgres: without a server only spec and check are held to the schema (${error.message.split('\n')[0]})`,
    );
    return null;
  }
}

function tapped({ id, kind, type, command }, dataDir) {
  const folder = folderOf(dataDir, kind, type);
  mkdirSync(folder, { recursive: true });
  // Options of Node's own stand between the two.
  const [node, main] = [command.at(0), command.at(-1)];
  return { definitionId: id, kind, type, command: [node, TAP, folder, main] };
}

function folderOf(dataDir, kind, type) {
  return join(dataDir, 'taps', `${kind}-${type}`);
}

/** What is wrong with what a connector said and was told, and what it was never seen to say. */
function held({ kind, type }, judge, dataDir, server) {
  const folder = folderOf(dataDir, kind, type);
  const name = `${kind} ${type}`;
  const [failures, said] = [new Set(), new Set()];
  let messages = 0;
  for (const file of readdirSync(folder)) {
    const text = readFileSync(join(folder, file), 'utf8');
    const [, command, part] = file.split('.');
    const fault = (of) => of !== null && failures.add(`${name}, ${command}, ${part}: ${of}`);
    if (part === 'catalog') fault(judge.faultOfCatalog(text));
    else if (part === 'state') fault(judge.faultOfStates(text));
    else {
      // What a connector is told may be broken off by its end.
      const lines = part === 'in' ? text.slice(0, text.lastIndexOf('\n') + 1) : text;
      for (const line of lines.split('\n').filter((one) => one !== '')) {
        messages++;
        fault(judge.faultOf(line));
        if (part === 'out') said.add(kindOf(line));
      }
    }
  }
  const wanted = type === 'postgres' && server === null ? SAYS_ALONE : SAYS[kind];
  for (const one of wanted) if (!said.has(one)) failures.add(`${name} was never seen to say ${one}`);
  console.log(
    `${name}: ${messages} messages, ${failures.size === 0 ? 'as the schema has them' : 'NOT all as the schema has them'}`,
  );
  return [...failures];
}

function kindOf(line) {
  const { type, trace } = JSON.parse(line);
  return type === 'TRACE' ? `TRACE ${trace.type}` : type;
}

await main();
