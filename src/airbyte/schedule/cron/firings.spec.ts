import fc from 'fast-check';
import checks from '../../../../test/fixtures/airbyte-cron-checks.json';
import quartz from '../../../../test/fixtures/quartz-firings.json';
import { nextFiring, nextFirings } from '../time/next-firing';
import { findZone, resolveWallTime, UTC, type Zone } from '../time/zone';
import { quartzRule } from './quartz-rule';
import type { CronRule } from './rule';

function ruleOf(expression: string): CronRule {
  const rule = quartzRule(expression.trim().split(/\s+/));
  if (!rule) throw new Error(`not a Quartz expression: ${expression}`);
  return rule;
}

function zoneOf(name: string): Zone {
  const zone = findZone(name);
  if (!zone) throw new Error(`not a zone: ${name}`);
  return zone;
}

/** A search reads two fields of the rule for each month of a century. A search that steps by days or minutes reads more. */
const MAX_READS = 3000;

/** Number of times that a search for the next firing reads a field of the rule. */
function readsOf(rule: CronRule, zone: Zone, from: number): number {
  let reads = 0;
  const counted = new Proxy(rule, {
    get: (target, field: keyof CronRule) => {
      reads++;
      return target[field];
    },
  });
  nextFiring(counted, zone, from);
  return reads;
}

function seconds(date: Date): string {
  return date.toISOString().replace('.000Z', 'Z');
}

function firings(expression: string, zone: string, from: string, count: number): string[] {
  return nextFirings(ruleOf(expression), zoneOf(zone), Date.parse(from), count).map(seconds);
}

describe('firings of Quartz expressions', () => {
  it('equal those of Quartz 2.3.2 in every recorded row, also on days with clock changes', () => {
    expect(quartz.rows).toHaveLength(589);
    const computed = quartz.rows.map((row) => ({
      ...row,
      next: firings(row.expression, row.zone, row.from, row.next.length),
    }));
    expect(computed).toEqual(quartz.rows);
  });

  it('equal those of Airbyte for every expression that it accepts', () => {
    expect(checks.accepted).toHaveLength(41);
    const computed = checks.accepted.map(({ expression }) => {
      const bare = expression.replace(/ UTC$/, '');
      return { expression, next: firings(bare, 'UTC', checks.after, 3) };
    });
    expect(computed).toEqual(checks.accepted);
  });

  it('skip times that do not exist in spring and use the second of two equal times in autumn', () => {
    const spring = firings('0 30 2 * * ?', 'America/New_York', '2026-03-06T12:00:00Z', 2);
    expect(spring).toEqual(['2026-03-07T07:30:00Z', '2026-03-09T06:30:00Z']);
    const autumn = firings('0 30 2 * * ?', 'Europe/Berlin', '2026-10-24T12:00:00Z', 2);
    expect(autumn).toEqual(['2026-10-25T01:30:00Z', '2026-10-26T01:30:00Z']);
  });

  it('skip the day that Samoa omitted', () => {
    expect(firings('0 0 12 * * ?', 'Pacific/Apia', '2011-12-29T12:00:00Z', 2)).toEqual([
      '2011-12-29T22:00:00Z',
      '2011-12-30T22:00:00Z',
    ]);
  });

  it.each([
    ['0 0 2 31 2 ?', 'UTC'],
    ['0 0 2 30 2 ?', 'America/New_York'],
    ['0 0 2 31 2,4,6,9,11 ? ', 'UTC'],
    ['0 0 2 1 1 ? 2000', 'UTC'],
    ['0 0 2 29 2 ? 2027', 'UTC'],
    // In Berlin, 02:30 does not exist on the last Sunday of March.
    ['0 30 2 ? 3 1L', 'Europe/Berlin'],
  ])('do not exist for %s in %s, and the search for them is short', (expression, zone) => {
    const rule = ruleOf(expression);
    const from = Date.parse('2026-01-15T10:30:00Z');
    expect(nextFiring(rule, zoneOf(zone), from)).toBeNull();
    expect(readsOf(rule, zoneOf(zone), from)).toBeLessThan(MAX_READS);
  });

  it('are found even if they are decades away', () => {
    expect(firings('0 0 0 ? 2 1#5', 'UTC', '2026-01-15T00:00:00Z', 2)).toEqual([
      '2032-02-29T00:00:00Z',
      '2060-02-29T00:00:00Z',
    ]);
    expect(firings('0 0 0 29 2 ?', 'UTC', '2096-03-01T00:00:00Z', 1)).toEqual(['2104-02-29T00:00:00Z']);
  });

  it('drop the fraction of a second, as Quartz does', () => {
    const rule = ruleOf('* * * * * ?');
    expect(nextFiring(rule, UTC, Date.parse('2026-01-15T10:30:00.900Z'))).toBe(
      Date.parse('2026-01-15T10:30:01Z'),
    );
  });

  it.each(['0 0 2 ? * MON-FRI/2', '0 0 2 ? * MON-FRI'])(
    'ignore a step after names as Quartz does: %s',
    (expression) => {
      expect(firings(expression, 'UTC', '2026-01-16T03:00:00Z', 3)).toEqual([
        '2026-01-19T02:00:00Z',
        '2026-01-20T02:00:00Z',
        '2026-01-21T02:00:00Z',
      ]);
    },
  );

  it.each([
    '0 2 * * *',
    '0 0 2 * * *',
    '0 0 2 ? * ?',
    '0 0 2 ? * 0',
    '0 0 2 ? * 8',
    '0 0 25 * * ?',
    '0 60 2 * * ?',
    '0 0 2 0W * ?',
    '0 0 2 L-31 * ?',
    '0 0 2 ? * MON-5',
    '0 0 2 ? * 2#6',
    '0 0 2 ? * 9L',
    '0 0 2 1,L * ?',
    '0 1-5/0 2 * * ?',
    '0 0 2 * * ? 2030-2026',
    '0 0 2 * * ? 2026 2027',
    '0 0 L * * ?',
    '@daily',
    '',
  ])('are not computed for %j, which is not a Quartz expression', (expression) => {
    expect(quartzRule(expression.split(' '))).toBeNull();
  });
});

/** Fields of every form. They have few values, so that firings are frequent. */
const numbers = (min: number, max: number): fc.Arbitrary<string> =>
  fc.oneof(
    fc.constant('*'),
    fc.integer({ min, max }).map(String),
    fc.tuple(fc.integer({ min, max }), fc.integer({ min, max })).map(([a, b]) => `${String(a)}-${String(b)}`),
    fc
      .tuple(fc.integer({ min, max }), fc.integer({ min: 1, max: max - min }))
      .map(([a, n]) => `${String(a)}/${String(n)}`),
    fc.uniqueArray(fc.integer({ min, max }), { minLength: 1, maxLength: 4 }).map((list) => list.join(',')),
  );
const days = fc.oneof(
  numbers(1, 31).map((day) => [day, '?']),
  fc.constantFrom('L', 'LW', 'L-3', '15W', '1W', '31W').map((day) => [day, '?']),
  numbers(1, 7).map((day) => ['?', day]),
  fc.constantFrom('L', '6L', 'MONL', '2#1', 'FRI#5').map((day) => ['?', day]),
);
const expressions = fc
  .tuple(fc.constantFrom('0', '30'), numbers(0, 59), numbers(0, 23), days, numbers(1, 12))
  .map(([second, minute, hour, [day = '', weekday = ''], month]) =>
    [second, minute, hour, day, month, weekday].join(' '),
  );
const zones = fc.constantFrom(
  'UTC',
  'Europe/Berlin',
  'America/New_York',
  'Australia/Lord_Howe',
  'America/Santiago',
  'Africa/Casablanca',
  'Pacific/Apia',
);
const instants = fc.integer({ min: Date.UTC(2000, 0), max: Date.UTC(2080, 0) });

describe('the next firing of a random expression in a random zone', () => {
  it('is later than the start, has whole seconds, and is found by a short search', () => {
    fc.assert(
      fc.property(expressions, zones, instants, (expression, zone, from) => {
        const rule = ruleOf(expression);
        const next = nextFiring(rule, zoneOf(zone), from);
        expect(readsOf(rule, zoneOf(zone), from)).toBeLessThan(MAX_READS);
        expect(next === null || (next > from && next % 1000 === 0)).toBe(true);
      }),
      { numRuns: 1000 },
    );
  });

  it('is also the next firing from every instant in between', () => {
    fc.assert(
      fc.property(
        expressions,
        instants,
        fc.double({ min: 0, max: 1, noNaN: true }),
        (expression, from, part) => {
          const rule = ruleOf(expression);
          const next = nextFiring(rule, UTC, from);
          if (next === null) return;
          const between = Math.floor(from + (next - 1 - from) * part);
          expect(nextFiring(rule, UTC, between)).toBe(next);
          expect(nextFiring(rule, UTC, next - 1)).toBe(next);
        },
      ),
      { numRuns: 1000 },
    );
  });
});

describe('time zones', () => {
  it.each(['Nowhere/City', '', '+02:00', 'not a zone', '2027'])('do not include %j', (name) => {
    expect(findZone(name)).toBeNull();
  });

  it('are found in any case', () => {
    expect(findZone('europe/berlin')?.offsetAt(Date.parse('2026-07-01T00:00:00Z'))).toBe(7_200_000);
  });

  it.each([
    'Europe/Berlin',
    'Africa/Casablanca',
    'Australia/Lord_Howe',
    'America/Sao_Paulo',
    'Asia/Kathmandu',
  ])('have the offsets of Intl, in any order of calls: %s', (name) => {
    const format = new Intl.DateTimeFormat('sv-SE', {
      timeZone: name,
      dateStyle: 'short',
      timeStyle: 'medium',
    });
    fc.assert(
      fc.property(fc.integer({ min: Date.UTC(2005, 0), max: Date.UTC(2036, 0) }), (instant) => {
        const wall = Date.parse(`${format.format(instant).replace(' ', 'T')}Z`);
        expect(zoneOf(name).offsetAt(instant)).toBe(wall - Math.floor(instant / 1000) * 1000);
      }),
      { numRuns: 300 },
    );
  });

  it('convert a skipped time to the end of the gap', () => {
    const wall = Date.parse('2026-03-29T02:30:00Z');
    expect(resolveWallTime(zoneOf('Europe/Berlin'), wall)).toEqual({
      kind: 'gap',
      endWallMs: Date.parse('2026-03-29T03:00:00Z'),
    });
  });
});
