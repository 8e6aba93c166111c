import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { MetricSample } from '../support/exposition';
import { program, RULES } from './tools';

/** Series in the notation of promtool. */
export type InputSeries = readonly { readonly series: string; readonly values: string }[];

/** A value that promtool has computed. */
export type Evaluated = Pick<MetricSample, 'value'> & { readonly labels: string };

/** Lets promtool evaluate the rules over recorded series. */
export class Evaluation {
  constructor(
    private readonly series: InputSeries,
    private readonly folder: string,
  ) {}

  /** @throws Error if a test fails, with what promtool says */
  async test(name: string, promql_expr_test: readonly object[]): Promise<string> {
    const file = join(this.folder, `${name}.yaml`);
    const tests = [{ interval: '1m', input_series: this.series, promql_expr_test }];
    await writeFile(file, JSON.stringify({ rule_files: [RULES], evaluation_interval: '1m', tests }));
    return program('promtool', 'test', 'rules', file);
  }

  /**
   * The values of an expression at some minutes. promtool prints values only where they differ from the expected ones, so none are
   * expected.
   */
  async values(expr: string, minutes: readonly number[]): Promise<Map<number, readonly Evaluated[]>> {
    const tests = minutes.map((minute) => ({ expr, eval_time: `${minute}m`, exp_samples: [] }));
    const output = await this.test('values', tests).catch((error: unknown) => String(error));
    const found = output.matchAll(/, time: (\w+),\s+exp:\s*(?:nil|\S*)\s+got:\s*(.*)$/gm);
    return new Map([...found].map(([, time = '', got = '']) => [minutesOf(time), samplesIn(got)]));
  }
}

/** Minutes of `6h10m`. */
function minutesOf(time: string): number {
  const part = (unit: string): number => Number(new RegExp(`(\\d+)${unit}`).exec(time)?.[1] ?? 0);
  return part('h') * 60 + part('m');
}

/** Samples such as `{alertname="AirbyteDown"} 3.1E+02`. */
function samplesIn(text: string): Evaluated[] {
  return [...text.matchAll(/(\{[^}]*\}) ([-+.\dE]+)/g)].map(([, labels = '', value]) => ({
    labels,
    value: Number(value),
  }));
}
