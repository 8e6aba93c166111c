import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ConnectorDefinition } from '../../../src/embedded/engine/definitions';
import { objectAt, parseObject, stringAt, type JsonObject } from '../../../src/embedded/platform/json';
import { compileProgram } from '../program';
import type { ProtocolSchema } from './protocol-schema';

/** The messages that a connector sent and received. */
export interface Traffic {
  readonly messages: number;
  readonly faults: readonly string[];
  /** The types of the messages that the connector sent. */
  readonly sent: ReadonlySet<string>;
}

/** The built-in connectors behind programs that write down their input and output. */
export class TappedConnectors {
  private readonly tap: string;

  constructor(
    private readonly dataDir: string,
    definitions: readonly ConnectorDefinition[],
  ) {
    this.tap = compileProgram(join(__dirname, 'programs/tap.ts'), dataDir);
    const connectors = definitions.map((definition) => {
      const { id, kind, type } = definition;
      mkdirSync(this.folderOf(definition), { recursive: true });
      return { definitionId: id, kind, type, command: this.commandOf(definition) };
    });
    writeFileSync(join(dataDir, 'connectors.json'), JSON.stringify({ connectors }));
  }

  /** Reads a stream that the connector does not have. No engine does that, and nothing else makes faker fail. */
  readUnknownStream(definition: ConnectorDefinition, config: JsonObject): void {
    const stream = { name: 'none', json_schema: {}, supported_sync_modes: ['full_refresh'] };
    const catalog = { streams: [{ stream, sync_mode: 'full_refresh', destination_sync_mode: 'append' }] };
    const [configPath, catalogPath] = [join(this.dataDir, 'config.json'), join(this.dataDir, 'catalog.json')];
    writeFileSync(configPath, JSON.stringify(config));
    writeFileSync(catalogPath, JSON.stringify(catalog));
    const [node = '', ...args] = this.commandOf(definition);
    spawnSync(node, [...args, 'read', '--config', configPath, '--catalog', catalogPath], { input: '' });
  }

  /** Validates everything that a connector sent and received. */
  trafficOf(definition: ConnectorDefinition, schema: ProtocolSchema): Traffic {
    const folder = this.folderOf(definition);
    const [faults, sent] = [new Set<string>(), new Set<string>()];
    let messages = 0;
    for (const file of readdirSync(folder)) {
      const [, command = '', part = ''] = file.split('.');
      const text = readFileSync(join(folder, file), 'utf8');
      const lines = part === 'in' || part === 'out' ? linesOf(text, part) : [];
      const found =
        part === 'catalog'
          ? [schema.faultOfCatalog(text)]
          : part === 'state'
            ? [schema.faultOfStates(text)]
            : lines.map((line) => schema.faultOf(line));
      messages += lines.length;
      for (const fault of found) if (fault !== null) faults.add(`${command}, ${part}: ${fault}`);
      if (part === 'out') for (const line of lines) sent.add(typeOf(line));
    }
    return { messages, faults: [...faults], sent };
  }

  private commandOf(definition: ConnectorDefinition): string[] {
    const main = definition.command.at(-1) ?? '';
    return [process.execPath, this.tap, this.folderOf(definition), main];
  }

  private folderOf({ kind, type }: ConnectorDefinition): string {
    return join(this.dataDir, 'taps', `${kind}-${type}`);
  }
}

/** The end of a connector may cut its input off within a line. */
function linesOf(text: string, part: 'in' | 'out'): string[] {
  const whole = part === 'in' ? text.slice(0, text.lastIndexOf('\n') + 1) : text;
  return whole.split('\n').filter((line) => line !== '');
}

function typeOf(line: string): string {
  const message = parseObject(line) ?? {};
  const type = stringAt(message, 'type') ?? '';
  return type === 'TRACE' ? `TRACE ${stringAt(objectAt(message, 'trace') ?? {}, 'type') ?? ''}` : type;
}
