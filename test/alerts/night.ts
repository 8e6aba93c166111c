import type { MetricSample } from '../support/exposition';

/** Values of all series, one for each minute; null while a series is not there. */
export class Recording {
  private readonly series = new Map<string, (number | null)[]>();
  minutes = 0;

  /** @param labels that Prometheus adds to the series of the target */
  add(samples: readonly MetricSample[], labels: Readonly<Record<string, string>>): void {
    for (const sample of samples) {
      const key = seriesText(sample.name, { ...labels, ...sample.labels });
      let values = this.series.get(key);
      if (!values) {
        values = [];
        this.series.set(key, values);
      }
      while (values.length < this.minutes) values.push(null);
      values.push(sample.value);
    }
    this.minutes += 1;
  }

  /** The series in the notation of promtool. */
  inputSeries(): { readonly series: string; readonly values: string }[] {
    return [...this.series].map(([series, values]) => {
      const all = [...values, ...Array.from({ length: this.minutes - values.length }, () => null)];
      return { series, values: all.map(notation).join(' ') };
    });
  }
}

function notation(value: number | null, index: number): string {
  if (value !== null) return value === Infinity ? 'Inf' : String(value);
  // Prometheus marks a series as stale when a scrape no longer has it.
  return index === 0 ? '_' : 'stale';
}

function seriesText(name: string, labels: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(labels).map(([label, value]) => `${label}=${JSON.stringify(value)}`);
  return `${name}{${pairs.join(',')}}`;
}
