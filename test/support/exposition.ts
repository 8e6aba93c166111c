/** A sample of a metrics page. */
export interface MetricSample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

const LINE = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)$/;
const LABEL = /([a-zA-Z_]\w*)="((?:[^"\\]|\\[\\n"])*)"(?:,|$)/y;
const TYPES = ['counter', 'gauge', 'histogram', 'summary'];

/**
 * Reads a metrics page.
 * @throws Error if it breaks a rule that both formats have: HELP and TYPE once before the samples of a family, families in
 * one piece, no sample twice, labels escaped
 */
export function parseMetrics(text: string): MetricSample[] {
  const samples: MetricSample[] = [];
  const seen = new Set<string>();
  const families = new Set<string>();
  let family = '';
  for (const line of text.split('\n')) {
    const [, keyword, name = '', rest = ''] = /^# (HELP|TYPE) (\S+) (.*)$/.exec(line) ?? [];
    if (keyword === 'HELP') {
      if (families.has(name)) throw new Error(`the family ${name} is there twice`);
      families.add(name);
      family = name;
    } else if (keyword === 'TYPE') {
      if (name !== family || !TYPES.includes(rest)) throw new Error(`a wrong TYPE: ${line}`);
    } else if (line !== '' && line !== '# EOF') {
      const key = line.slice(0, line.lastIndexOf(' '));
      if (seen.has(key)) throw new Error(`a sample is there twice: ${line}`);
      seen.add(key);
      const sample = sampleOf(line);
      if (!sample.name.startsWith(family)) throw new Error(`${sample.name} is not of the family ${family}`);
      samples.push(sample);
    }
  }
  return samples;
}

function sampleOf(line: string): MetricSample {
  const [, name, labels = '', value] = LINE.exec(line) ?? [];
  if (name === undefined || value === undefined) throw new Error(`not a sample: ${line}`);
  return { name, labels: labelsOf(labels), value: Number(value.replace('Inf', 'Infinity')) };
}

function labelsOf(text: string): Record<string, string> {
  const labels: Record<string, string> = {};
  LABEL.lastIndex = 0;
  while (LABEL.lastIndex < text.length) {
    const [, name, value] = LABEL.exec(text) ?? [];
    if (name === undefined || value === undefined) throw new Error(`wrong labels: ${text}`);
    labels[name] = value.replace(/\\([\\n"])/g, (_, character: string) =>
      character === 'n' ? '\n' : character,
    );
  }
  return labels;
}

/** Value of the sample with these labels, and no others unless `labels` is a part of them. */
export function valueOf(
  samples: readonly MetricSample[],
  name: string,
  labels: Readonly<Record<string, string>> = {},
): number | undefined {
  return samples.find(
    (sample) =>
      sample.name === name &&
      Object.entries(labels).every(([label, value]) => sample.labels[label] === value),
  )?.value;
}
