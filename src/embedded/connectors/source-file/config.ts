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
  /** Whether the columns of a CSV file get the types that all their values fit. */
  readonly inferTypes: boolean;
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
  const inferTypes = config['infer_types'] ?? false;
  if (typeof inferTypes !== 'boolean') throw configError('infer_types must be true or false');
  if (inferTypes && format !== 'csv')
    throw configError(`infer_types is for csv only: ${format} has types of its own`);
  return {
    datasetName,
    format,
    url: url.replace(/^file:\/\//, ''),
    options: parseReaderOptions(readerOptions, format, inferTypes),
    inferTypes,
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
      infer_types: {
        type: 'boolean',
        default: false,
        title: 'Infer types',
        description:
          'CSV only. Columns whose values all have one form become integer, number, boolean, date or timestamp. All rows of all files decide when the streams are discovered. Values keep their text: codes such as 007, +1 or 1e5 stay texts. Empty values of such a column are null. A later value of another form fails the sync with its row and column.',
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
