import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { Family, Sample } from '../exposition';

/** Metrics of prom-client in a registry of their own, so that several gateways in one process do not mix. */
export class MetricSet {
  readonly registry = new Registry();

  /** A value that is read at each scrape. While it is null, the gauge has no sample. */
  gauge(name: string, help: string, read: () => number | null | Promise<number | null>): void {
    const gauge: Gauge = new Gauge({
      name,
      help,
      registers: [this.registry],
      collect: async () => {
        const value = await read();
        if (value === null) gauge.remove();
        else gauge.set(value);
      },
    });
  }

  /** Values by one label that are read at each scrape. */
  gauges(name: string, help: string, label: string, read: () => Iterable<readonly [string, number]>): void {
    const gauge: Gauge = new Gauge({
      name,
      help,
      labelNames: [label],
      registers: [this.registry],
      collect: () => {
        for (const [key, value] of read()) gauge.set({ [label]: key }, value);
      },
    });
  }

  /** @param name without `_total` */
  counter<T extends string>(name: string, help: string, labelNames: readonly T[]): Counter<T> {
    return new Counter({ name: `${name}_total`, help, labelNames, registers: [this.registry] });
  }

  /** A count that is kept elsewhere and read at each scrape. @param name without `_total` */
  count(name: string, help: string, read: () => number): void {
    const counter: Counter = new Counter({
      name: `${name}_total`,
      help,
      registers: [this.registry],
      collect: () => {
        counter.reset();
        counter.inc(read());
      },
    });
  }

  histogram<T extends string>(
    name: string,
    help: string,
    options: { readonly labelNames: readonly T[]; readonly buckets: readonly number[] },
  ): Histogram<T> {
    return new Histogram({
      name,
      help,
      labelNames: options.labelNames,
      buckets: [...options.buckets],
      registers: [this.registry],
    });
  }

  async families(): Promise<Family[]> {
    const metrics = await this.registry.getMetricsAsJSON();
    return metrics.map(({ name, help, type, values }) => {
      const isCounter = String(type) === 'counter';
      return {
        name: isCounter ? name.replace(/_total$/, '') : name,
        help,
        type: typeOf(String(type)),
        samples: values.map((value) => sampleOf(name, value)),
      };
    });
  }
}

function typeOf(type: string): Family['type'] {
  return (['counter', 'histogram', 'summary'] as const).find((known) => known === type) ?? 'gauge';
}

interface PromValue {
  readonly value: number;
  readonly labels: Partial<Record<string, string | number>>;
  /** Name with the ending of a histogram or summary. */
  readonly metricName?: string;
}

function sampleOf(name: string, { value, labels, metricName = name }: PromValue): Sample {
  const given = Object.entries(labels).flatMap(([label, text]) =>
    text === undefined ? [] : [[label, text]],
  );
  const suffix = metricName.slice(name.length);
  return {
    ...(suffix !== '' && { suffix }),
    labels: Object.fromEntries(given) as Record<string, string | number>,
    value,
  };
}
