import { objectAt, stringAt, type JsonObject } from '../../platform/json';
import { configError } from '../../protocol/connector';
import { parseReaderOptions, READER_OPTIONS_DESCRIPTION, type ReaderOptions } from './reader-options';

const FORMATS = ['csv', 'jsonl', 'parquet'] as const;
export type FileFormat = (typeof FORMATS)[number];

/** The configuration. Member names match Airbyte's own file source. */
export interface FileConfig {
  readonly datasetName: string;
  readonly format: FileFormat;
  /** A path that begins with `/local/`. */
  readonly url: string;
  readonly options: ReaderOptions;
}

/** @throws ConnectorError config_error with the name of the member */
export function parseFileConfig(config: JsonObject): FileConfig {
  const storage = stringAt(objectAt(config, 'provider') ?? {}, 'storage');
  if (storage !== 'local')
    throw configError('provider.storage must be "local": other storages need a real Airbyte');
  const format = FORMATS.find((known) => known === config['format']);
  if (format === undefined) throw configError('format must be "csv", "jsonl" or "parquet"');
  const datasetName = stringAt(config, 'dataset_name') ?? '';
  if (datasetName === '') throw configError('dataset_name is required');
  const url = stringAt(config, 'url') ?? '';
  if (url === '') throw configError('url is required');
  const readerOptions = config['reader_options'] ?? '';
  if (typeof readerOptions !== 'string')
    throw configError(
      'reader_options must be a text that holds a JSON object, such as "{\\"sep\\": \\";\\"}"',
    );
  return {
    datasetName,
    format,
    url: url.replace(/^file:\/\//, ''),
    options: parseReaderOptions(readerOptions, format),
  };
}

/** The SPEC message's `spec`. */
export const FILE_SPEC: JsonObject = {
  documentationUrl: 'https://docs.airbyte.com/integrations/sources/file',
  connectionSpecification: {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'File source',
    type: 'object',
    additionalProperties: false,
    required: ['dataset_name', 'format', 'url', 'provider'],
    properties: {
      dataset_name: {
        type: 'string',
        minLength: 1,
        title: 'Dataset name',
        description: 'The name of the stream.',
      },
      format: { type: 'string', enum: FORMATS, default: 'csv' },
      url: {
        type: 'string',
        minLength: 1,
        title: 'Path',
        description:
          'A path below /local/. The wildcards *, ?, [...] and ** match several files. Files that end in .gz are unpacked, except Parquet.',
      },
      reader_options: {
        type: 'string',
        title: 'Reader options',
        description: READER_OPTIONS_DESCRIPTION,
        examples: [
          '{"sep": ";"}',
          '{"header": null, "names": ["id", "name"]}',
          '{"encoding": "windows-1252"}',
        ],
      },
      provider: {
        type: 'object',
        additionalProperties: false,
        required: ['storage'],
        properties: { storage: { type: 'string', enum: ['local'] } },
      },
    },
  },
};
