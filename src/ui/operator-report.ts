/** One line of the operator view. */
export interface Fact {
  readonly name: string;
  readonly value: unknown;
}

interface Group {
  readonly title: string;
  readonly facts: readonly Fact[];
}

export interface OperatorReport {
  readonly groups: readonly Group[];
  readonly callers: readonly Readonly<Record<string, unknown>>[];
  readonly problems: readonly Readonly<Record<string, unknown>>[];
  readonly isAirbyteUp: boolean | null;
}

const TITLES: readonly (readonly [string, string])[] = [
  ['airbyte', 'Airbyte'],
  ['queue', 'Queue'],
  ['mirror', 'Mirror'],
  ['redis', 'Redis'],
  ['disk', 'Disk'],
];

/** The members of `GET /operator` may change with any version, so that unknown ones are shown, too. */
export function operatorReport(body: unknown): OperatorReport {
  const report = objectOf(body);
  const own = ['startedAt', 'uptimeS', 'node', 'memoryBytes', 'rateLimitPerMinute'];
  const gateway = own.filter((name) => name in report).map((name) => ({ name, value: report[name] }));
  const known = [...own, ...TITLES.map(([name]) => name), 'callers', 'problems'];
  const others = Object.keys(report).filter((name) => !known.includes(name));
  const isUp = objectOf(report['airbyte'])['isUp'];
  return {
    groups: [
      { title: 'Gateway', facts: gateway },
      ...[...TITLES, ...others.map((name) => [name, name] as const)].map(([name, title]) => {
        return { title, facts: factsOf(report[name]) };
      }),
    ],
    callers: listOf(report['callers']),
    problems: listOf(report['problems']),
    isAirbyteUp: typeof isUp === 'boolean' ? isUp : null,
  };
}

/** Nested members become `limits.waiting`. */
function factsOf(value: unknown, prefix = ''): Fact[] {
  if (!isObject(value))
    return prefix === '' && (value === undefined || value === null) ? [] : [{ name: prefix, value }];
  return Object.entries(value).flatMap(([name, member]) =>
    factsOf(member, prefix === '' ? name : `${prefix}.${name}`),
  );
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function objectOf(value: unknown): Record<string, unknown> {
  return isObject(value) ? value : {};
}

function listOf(value: unknown): Record<string, unknown>[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}
