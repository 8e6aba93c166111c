/** Words of PromQL that are no names of metrics. */
const KEYWORDS = new Set(['and', 'or', 'unless', 'bool', 'offset', 'start', 'end', 'inf', 'nan']);
const AGGREGATORS = ['sum', 'min', 'max', 'avg', 'count', 'group', 'topk', 'bottomk', 'quantile', 'stddev'];

/** Names of the metrics that an expression of PromQL uses. */
export function metricsOf(expr: string): string[] {
  const names = expr
    .replace(/"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'/g, '""')
    .replace(/\{[^}]*\}/g, ' ')
    .replace(/\[[^\]]*\]/g, ' ')
    .replace(/\b(by|without|on|ignoring|group_left|group_right)\s*\([^)]*\)/g, ' ')
    .matchAll(/(?<![\w:.])([a-zA-Z_:][\w:]*)(\s*\()?/g);
  const found = new Set<string>();
  for (const [, name = '', opening] of names)
    if (opening === undefined && !KEYWORDS.has(name.toLowerCase()) && !AGGREGATORS.includes(name))
      found.add(name);
  return [...found];
}

interface Dashboard {
  readonly panels: readonly { readonly targets?: readonly { readonly expr: string }[] }[];
  readonly annotations: { readonly list: readonly { readonly expr: string }[] };
  readonly templating: { readonly list: readonly { readonly type: string; readonly query: string }[] };
}

/** Expressions of a dashboard, with its variables filled in as Grafana does for "All". */
export function expressionsOf({ panels, annotations }: Dashboard): string[] {
  const targets = panels.flatMap((panel) => panel.targets ?? []);
  return [...targets, ...annotations.list].map(({ expr }) => expr.replaceAll('$job', '.*'));
}
