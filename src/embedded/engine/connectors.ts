import { problem } from '../api/errors';
import { ConfigurationValidator } from '../configuration/validator';
import { canonicalJson, objectAt, stringAt, stringsOf, type JsonObject } from '../json';
import type { EmbeddedLog } from '../log';
import { messageOf } from '../system-error';
import { parseCatalog, type DiscoveredStream, type WriteMode } from '../protocol/messages';
import { maskConfiguration, redact, secretsOf } from '../secrets/mask';
import type { ActorKind } from '../store/actors';
import { CommandError, runCommand, type Workshop } from './command';
import { withoutHostPaths } from './host-paths';
import type { ConnectorDefinition } from './definitions';

const SHORT_COMMAND_TIMEOUT_MS = 300_000;
const MAX_CACHED_CATALOGS = 200;
/** A file's columns may change at any time; connections that are made one after the other need not look each time. */
const CATALOG_AGE_MS = 10_000;

/** The connectors by definition, and what their short commands say. */
export class Connectors {
  private readonly catalogs = new Map<string, { streams: DiscoveredStream[]; until: number }>();
  private readonly specs = new Map<string, JsonObject>();
  private readonly validator = new ConfigurationValidator();

  constructor(
    private readonly definitions: readonly ConnectorDefinition[],
    private readonly workshop: Workshop,
    private readonly log: EmbeddedLog,
  ) {}

  /** The definition with this id, or null. */
  find(definitionId: string): ConnectorDefinition | null {
    return this.definitions.find(({ id }) => id === definitionId) ?? null;
  }

  has(kind: ActorKind, definitionId: string): boolean {
    return this.find(definitionId)?.kind === kind;
  }

  typeOf(definitionId: string): string {
    return this.find(definitionId)?.type ?? 'unknown';
  }

  definitionOf(kind: ActorKind, type: string): string | null {
    return (
      this.definitions.find((definition) => definition.kind === kind && definition.type === type)?.id ?? null
    );
  }

  unknownMessage(kind: ActorKind, wanted: string): string {
    const known = this.definitions
      .filter((definition) => definition.kind === kind)
      .map(({ type, id }) => `${type} (${id})`);
    return `The embedded Airbyte has no ${kind} connector ${JSON.stringify(wanted)}; it has: ${known.join(', ')}.`;
  }

  /** Why a configuration does not fit its connector's specification, field by field, or null when it fits. */
  async configurationFault(definitionId: string, config: JsonObject): Promise<string | null> {
    const { type = 'unknown', kind = 'source' } = this.find(definitionId) ?? {};
    const specification = objectAt(await this.spec(definitionId), 'connectionSpecification');
    if (specification === undefined) return null;
    const verdict = await this.validator.validate(specification, config);
    if ('unusable' in verdict) {
      this.log.warn(
        `The specification of ${kind} connector ${type} is not a usable JSON schema, so its configurations are validated by its own check only: ${verdict.unusable}`,
      );
      return null;
    }
    if (verdict.faults.length === 0) return null;
    return `The configuration does not fit ${kind} connector ${type}: ${verdict.faults.join(' ')}`;
  }

  /** Ends the thread in which configurations are validated. */
  close(): Promise<void> {
    return this.validator.close();
  }

  /** Why a configuration does not work, or null when it does. */
  async check(definitionId: string, config: JsonObject): Promise<string | null> {
    try {
      const message = await this.run(definitionId, 'check', config);
      const status = objectAt(message, 'connectionStatus') ?? {};
      if (status['status'] === 'SUCCEEDED') return null;
      return await this.withoutSecrets(
        definitionId,
        config,
        stringAt(status, 'message') ?? 'The check failed.',
      );
    } catch (error) {
      if (error instanceof CommandError) return this.withoutSecrets(definitionId, config, error.message);
      throw error;
    }
  }

  /**
   * The streams of a source, remembered by configuration for a moment.
   * @throws ApiError 500 as Airbyte's when the connector fails
   */
  async discover(definitionId: string, config: JsonObject, ignoreCache = false): Promise<DiscoveredStream[]> {
    const key = `${definitionId}\n${canonicalJson(config)}`;
    const cached = ignoreCache ? undefined : this.catalogs.get(key);
    if (cached !== undefined && Date.now() < cached.until) return cached.streams;
    try {
      const message = await this.run(definitionId, 'discover', config);
      const streams = parseCatalog(objectAt(message, 'catalog') ?? {});
      if (this.catalogs.size >= MAX_CACHED_CATALOGS) this.catalogs.clear();
      this.catalogs.set(key, { streams, until: Date.now() + CATALOG_AGE_MS });
      return streams;
    } catch (error) {
      if (!(error instanceof CommandError)) throw error;
      const reason = await this.withoutSecrets(definitionId, config, messageOf(error));
      throw problem('unexpected-problem', {
        message: `Something went wrong in the connector. logs:${reason}`,
      });
    }
  }

  /** How a destination can write; every way when none is named. */
  async writeModes(definitionId: string | null): Promise<WriteMode[]> {
    const all: WriteMode[] = ['overwrite', 'append', 'append_dedup'];
    if (definitionId === null) return all;
    const told = stringsOf((await this.spec(definitionId))['supported_destination_sync_modes']);
    return all.filter((mode) => told.includes(mode));
  }

  /** A configuration as it may be shown. */
  async shown(definitionId: string, config: JsonObject): Promise<JsonObject> {
    const spec = await this.spec(definitionId);
    return maskConfiguration(config, objectAt(spec, 'connectionSpecification') ?? {});
  }

  /** What a connector reports may quote the configuration, and name folders of this machine. */
  private async withoutSecrets(definitionId: string, config: JsonObject, text: string): Promise<string> {
    const redacted = redact(text, secretsOf(config, await this.shown(definitionId, config)));
    return withoutHostPaths(this.workshop, redacted);
  }

  private async spec(definitionId: string): Promise<JsonObject> {
    const cached = this.specs.get(definitionId);
    if (cached !== undefined) return cached;
    const spec = objectAt(await this.run(definitionId, 'spec', null), 'spec') ?? {};
    this.specs.set(definitionId, spec);
    return spec;
  }

  private run(
    definitionId: string,
    name: 'spec' | 'check' | 'discover',
    config: JsonObject | null,
  ): Promise<JsonObject> {
    const definition = this.find(definitionId);
    if (definition === null)
      throw new CommandError(`There is no connector with the definition ${definitionId}.`);
    return runCommand(this.workshop, definition.command, name, config, SHORT_COMMAND_TIMEOUT_MS);
  }
}
