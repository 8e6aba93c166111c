import { ConfigurationValidator } from '../configuration/validator';
import { canonicalJson, objectAt, parseObject, stringAt, stringsOf, type JsonObject } from '../platform/json';
import type { EmbeddedLog } from '../platform/log';
import { readFileIfExists } from '../platform/system-error';
import { parseCatalog, type DiscoveredStream, type WriteMode } from '../protocol/messages';
import { maskConfiguration, secretsOf } from '../secrets/mask';
import { Redactor } from '../secrets/redactor';
import { withoutType, type Actor, type ActorKind } from '../store/actors';
import { assertBounded } from './catalog-bounds';
import { CommandError, runCommand, type ConnectorRuntimeDirs } from './command';
import { DiscoveryError } from './discovery-error';
import { withChangeOf } from './configuration-change';
import { withoutHostPaths } from './host-paths';
import { BUILT_IN, type ConnectorDefinition } from './definitions';
import { MAX_FAILURE_CHARACTERS } from './limits';
import type { Registry } from './registry';

const SHORT_COMMAND_TIMEOUT_MS = 300_000;
const MAX_CACHED_CATALOGS = 200;
/** Lifetime of cached catalogs. Short, since the columns of a file may change at any time. */
const CATALOG_AGE_MS = 10_000;

/** Stores a new configuration that a connector sent. */
export type KeepConfiguration = (configuration: JsonObject) => void;

/** Finds connectors by definition and runs their short commands. */
export class Connectors {
  private readonly catalogs = new Map<string, { streams: DiscoveredStream[]; untilMs: number }>();
  private readonly specs = new Map<string, JsonObject>();
  private readonly validator = new ConfigurationValidator();

  constructor(
    private readonly registry: Pick<Registry, 'definitions'>,
    private readonly runtimeDirs: ConnectorRuntimeDirs,
    private readonly log: EmbeddedLog,
    /** Changes the stored configuration of an actor and its masked form. */
    private readonly onChanged: (
      actor: Pick<Actor, 'id' | 'kind'>,
      change: (stored: JsonObject) => Pick<Actor, 'configuration' | 'shown'>,
    ) => void,
  ) {}

  private get definitions(): readonly ConnectorDefinition[] {
    return this.registry.definitions();
  }

  /** The definition with this id, or null. */
  find(definitionId: string): ConnectorDefinition | null {
    return this.definitions.find(({ id }) => id === definitionId) ?? null;
  }

  all(kind: ActorKind): readonly ConnectorDefinition[] {
    return this.definitions.filter((definition) => definition.kind === kind);
  }

  has(kind: ActorKind, definitionId: string): boolean {
    return this.find(definitionId)?.kind === kind;
  }

  /** The type of a built-in connector; null for others. */
  builtInType(definitionId: string): string | null {
    const definition = this.find(definitionId);
    return definition !== null && BUILT_IN.includes(definition) ? definition.type : null;
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

  /** JSON schema of the configurations of a connector. Empty if it has none. */
  async connectionSpecification(definitionId: string): Promise<JsonObject> {
    return objectAt(await this.spec(definitionId), 'connectionSpecification') ?? {};
  }

  /** The faults of a configuration against its connector's specification, or null. */
  async configurationFault(definitionId: string, config: JsonObject): Promise<string | null> {
    const { type = 'unknown', kind = 'source' } = this.find(definitionId) ?? {};
    const specification = objectAt(await this.spec(definitionId), 'connectionSpecification');
    if (specification === undefined) return null;
    const verdict = await this.validator.validate(specification, config);
    if ('unusable' in verdict) {
      this.log.warn(
        `The specification of ${kind} connector ${type} is not a usable JSON schema. Only the check of the connector validates its configurations: ${verdict.unusable}`,
      );
      return null;
    }
    if (verdict.faults.length === 0) return null;
    return `The configuration does not fit ${kind} connector ${type}: ${verdict.faults.join(' ')}`;
  }

  /** Terminates the validation worker. */
  close(): Promise<void> {
    return this.validator.close();
  }

  /**
   * The reason why the connector's check failed, or null.
   * @param keep receives a new configuration from the connector
   */
  async check(
    definitionId: string,
    config: JsonObject,
    keep: KeepConfiguration = () => undefined,
  ): Promise<string | null> {
    try {
      const redactor = await this.redactorOf(definitionId, config);
      const message = await this.run(definitionId, 'check', config, redactor, keep);
      const status = objectAt(message, 'connectionStatus') ?? {};
      if (status['status'] === 'SUCCEEDED') return null;
      const reason = this.reported(redactor, stringAt(status, 'message') ?? 'The check failed.');
      return reason.slice(0, MAX_FAILURE_CHARACTERS);
    } catch (error) {
      if (error instanceof CommandError) return error.message;
      throw error;
    }
  }

  /**
   * The streams of a source, cached briefly by configuration.
   * @throws DiscoveryError if the connector fails or its catalog is too large
   */
  async discover(
    source: Pick<Actor, 'id' | 'kind' | 'definitionId' | 'configuration'>,
    ignoreCache = false,
  ): Promise<DiscoveredStream[]> {
    const { definitionId, configuration: config } = source;
    const key = JSON.stringify([definitionId, canonicalJson(config)]);
    const cached = ignoreCache ? undefined : this.catalogs.get(key);
    if (cached !== undefined && performance.now() < cached.untilMs) return cached.streams;
    try {
      const redactor = await this.redactorOf(definitionId, config);
      const keep = await this.configurationKeeper(source, redactor);
      const message = await this.run(definitionId, 'discover', config, redactor, keep);
      const streams = parseCatalog(objectAt(message, 'catalog') ?? {});
      assertBounded(streams);
      if (this.catalogs.size >= MAX_CACHED_CATALOGS) this.catalogs.clear();
      this.catalogs.set(key, { streams, untilMs: performance.now() + CATALOG_AGE_MS });
      return streams;
    } catch (error) {
      if (!(error instanceof CommandError)) throw error;
      throw new DiscoveryError('connector', error.message);
    }
  }

  /** The write modes of a destination. */
  async writeModes(definitionId: string): Promise<WriteMode[]> {
    const all: WriteMode[] = ['overwrite', 'append', 'append_dedup'];
    const supported = stringsOf((await this.spec(definitionId))['supported_destination_sync_modes']);
    return all.filter((mode) => supported.includes(mode));
  }

  /** A configuration with its secrets masked. */
  async shown(definitionId: string, config: JsonObject): Promise<JsonObject> {
    return (await this.masker(definitionId))(config);
  }

  /** A function that masks the secrets of a connector's configurations. */
  async masker(definitionId: string): Promise<(config: JsonObject) => JsonObject> {
    const specification = objectAt(await this.spec(definitionId), 'connectionSpecification') ?? {};
    return (config) => maskConfiguration(config, specification);
  }

  /** Returns a function that stores new configurations of a connector and masks their secrets. */
  async configurationKeeper(
    actor: Pick<Actor, 'id' | 'kind' | 'definitionId' | 'configuration'>,
    redactor: Redactor,
  ): Promise<KeepConfiguration> {
    const mask = await this.masker(actor.definitionId);
    let known = actor.configuration;
    return (message) => {
      const sent = withoutType(actor.kind, message);
      redactor.add(secretsOf(sent, mask(sent)));
      this.onChanged(actor, (stored) => {
        const configuration = withChangeOf(known, sent, stored);
        return { configuration, shown: mask(configuration) };
      });
      known = sent;
    };
  }

  /** Removes secrets and paths of this machine from a message of a connector. */
  reported(redactor: Redactor, text: string): string {
    return withoutHostPaths(this.runtimeDirs, redactor.redact(text));
  }

  /** A redactor for the secrets of a configuration. */
  async redactorOf(definitionId: string, config: JsonObject): Promise<Redactor> {
    return new Redactor(secretsOf(config, await this.shown(definitionId, config)));
  }

  private async spec(definitionId: string): Promise<JsonObject> {
    // Another version of a connector has another command.
    const { command = [], specificationPath } = this.find(definitionId) ?? {};
    const key = JSON.stringify([definitionId, command]);
    const cached = this.specs.get(key);
    if (cached !== undefined) return cached;
    const stored = specificationPath === undefined ? null : readFileIfExists(specificationPath);
    const spec =
      (stored === null ? null : parseObject(stored)) ??
      objectAt(await this.run(definitionId, 'spec', null, new Redactor(), () => undefined), 'spec') ??
      {};
    this.specs.set(key, spec);
    return spec;
  }

  private async run(
    definitionId: string,
    name: 'spec' | 'check' | 'discover',
    config: JsonObject | null,
    redactor: Redactor,
    onConfiguration: KeepConfiguration,
  ): Promise<JsonObject> {
    const definition = this.find(definitionId);
    if (definition === null)
      throw new CommandError(`There is no connector with the definition ${definitionId}.`);
    const answer = await runCommand(this.runtimeDirs, {
      command: definition.command,
      name,
      config,
      timeoutMs: SHORT_COMMAND_TIMEOUT_MS,
      redact: (text) => this.reported(redactor, text),
      onConfiguration,
    });
    for (const warning of answer.warnings)
      this.log.warn(`The ${name} of ${definition.kind} connector ${definition.type} warns: ${warning}`);
    return answer.message;
  }
}
