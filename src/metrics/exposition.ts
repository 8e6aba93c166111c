/** One value of a metric. */
export interface Sample {
  /** Added to the name of the family: `_bucket`, `_sum`, `_count`, or nothing. */
  readonly suffix?: string;
  readonly labels?: Readonly<Record<string, string | number>>;
  readonly value: number;
}

/** All samples of one metric. */
export interface Family {
  /** Without `_total`, which a counter gets when it is written. */
  readonly name: string;
  readonly help: string;
  readonly type: 'counter' | 'gauge' | 'histogram' | 'summary';
  readonly samples: Iterable<Sample>;
}

/** A text format for metrics. */
export interface ExpositionFormat {
  readonly contentType: string;
  /** Whether the name of a counter in `HELP` and `TYPE` has no `_total`. */
  readonly hasBareCounterNames: boolean;
  /** Last line. */
  readonly end: string;
}

/** Text format 0.0.4 of Prometheus. */
const PROMETHEUS: ExpositionFormat = {
  contentType: 'text/plain; version=0.0.4; charset=utf-8',
  hasBareCounterNames: false,
  end: '',
};

/** OpenMetrics 1.0.0. */
const OPEN_METRICS: ExpositionFormat = {
  contentType: 'application/openmetrics-text; version=1.0.0; charset=utf-8',
  hasBareCounterNames: true,
  end: '# EOF\n',
};

/** Size of a piece of the output. */
const CHUNK_CHARACTERS = 16_384;

/** Writes the families in pieces of about {@link CHUNK_CHARACTERS}. A family without samples is left out. */
export function* writeFamilies(
  families: Iterable<Family>,
  format: ExpositionFormat,
): Generator<string, void> {
  let chunk = '';
  for (const family of families) {
    let head = headOf(family, format);
    for (const sample of family.samples) {
      chunk += head + lineOf(family, sample);
      head = '';
      if (chunk.length < CHUNK_CHARACTERS) continue;
      yield chunk;
      chunk = '';
    }
  }
  yield chunk + format.end;
}

function headOf({ name, help, type }: Family, { hasBareCounterNames }: ExpositionFormat): string {
  const shown = type === 'counter' && !hasBareCounterNames ? `${name}_total` : name;
  return `# HELP ${shown} ${help}\n# TYPE ${shown} ${type}\n`;
}

function lineOf({ name, type }: Family, { suffix = '', labels, value }: Sample): string {
  const ending = type === 'counter' ? '_total' : suffix;
  return `${name}${ending}${labels ? labelsOf(labels) : ''} ${numberOf(value)}\n`;
}

function labelsOf(labels: NonNullable<Sample['labels']>): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escaped(String(value))}"`);
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
}

/** Both formats escape backslash, double quote and line feed in label values, and nothing else. */
function escaped(text: string): string {
  return /[\\"\n]/.test(text)
    ? text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')
    : text;
}

function numberOf(value: number): string {
  if (value === Infinity) return '+Inf';
  return value === -Infinity ? '-Inf' : String(value);
}

/**
 * Chooses the format by the `Accept` header (RFC 9110, section 12.5.1). Prometheus prefers OpenMetrics; a client that accepts
 * anything gets the text format of Prometheus.
 */
export function formatFor(accept: string | undefined): ExpositionFormat {
  const weights = { openMetrics: 0, text: 0 };
  for (const range of (accept ?? '').toLowerCase().split(',')) {
    const [type = '', ...parameters] = range.split(';').map((part) => part.trim());
    const weight = Number(parameters.find((part) => part.startsWith('q='))?.slice(2) ?? 1);
    const version = parameters.find((part) => part.startsWith('version='))?.slice(8);
    const isOpenMetrics = type === 'application/openmetrics-text' && [undefined, '1.0.0'].includes(version);
    if (isOpenMetrics) weights.openMetrics = Math.max(weights.openMetrics, weight);
    if (['text/plain', 'text/*', '*/*'].includes(type)) weights.text = Math.max(weights.text, weight);
  }
  return weights.openMetrics > 0 && weights.openMetrics >= weights.text ? OPEN_METRICS : PROMETHEUS;
}
