import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { SYNC_MODES } from '../../src/airbyte/core/dto/stream.dto';
import { startGateway, type TestGateway } from '../support/gateway';
import { FIELDS, ID, type Operation, OPERATIONS } from '../support/hint-mistakes';
import { applied, type FieldError, type Json, proposalsOf } from '../support/hint-proposals';
import { ScriptedUpstream } from '../support/scripted-upstream';

/** Determines all requests. It is the same in each run unless `HINTS_SEED` is set. */
const SEED = Number(process.env['HINTS_SEED'] ?? 2246);
const RUNS = Number(process.env['HINTS_RUNS'] ?? 60);
const TIMEOUT_MS = 60_000 + RUNS * 3_000;
const DESCRIPTION = readFileSync('openapi.json', 'utf8');
/** Fields, parameters and headers that exist, by name. */
const KNOWN_NAMES = new Set(
  [...DESCRIPTION.matchAll(/"([a-z]\w*)": \{|"name": "([\w-]+)"/gi)].map(([, a, b]) => a ?? b),
);

const errorsOf = (problem: unknown): readonly FieldError[] =>
  (problem as { readonly errors?: readonly FieldError[] }).errors ?? [];

/** Mistakes of one to three lists, one of each. */
function mistakesOf({ mistakes }: Operation): fc.Arbitrary<Json> {
  return fc
    .shuffledSubarray([...mistakes], { minLength: 1, maxLength: Math.min(3, mistakes.length) })
    .chain((lists) => fc.tuple(...lists.map((list) => fc.constantFrom(...list))))
    .map((chosen) => Object.assign({}, ...chosen) as Json);
}

/** A hint without a proposed value must name a field or route that exists. */
function faultOfName({ field, reason, hint }: FieldError): string[] {
  const routes = [...hint.matchAll(/\b(?:GET|POST|PATCH|DELETE) (\/[\w/{}]*)/g)].map(
    ([, path]) => path ?? '',
  );
  const missing = routes.filter((path) => path !== '/docs' && !DESCRIPTION.includes(`"${path}": {`));
  const names = (hint.match(/[\w-]+/g) ?? []).filter(
    (word) => /[A-Z-]|ids/.test(word) && KNOWN_NAMES.has(word),
  );
  if (missing.length > 0)
    return [`${field} ${reason}: "${hint}" names ${missing.join(', ')}, which does not exist`];
  return routes.length + names.length > 0 ? [] : [`${field} ${reason}: "${hint}" names nothing that exists`];
}

/**
 * Returns the field that a proposal must correct: the whole schedule if it has only one fault, because a proposal can
 * change its type.
 */
function scopeOf({ field }: FieldError, errors: readonly FieldError[]): string {
  const isOfSchedule = (one: string): boolean => one.startsWith('schedule');
  const hasOneFault = errors.filter((error) => isOfSchedule(error.field)).length === 1;
  return isOfSchedule(field) && field !== 'schedule.scheduleType' && hasOneFault ? 'schedule' : field;
}

function isWithin({ field }: FieldError, scope: string): boolean {
  return field === scope || field.startsWith(`${scope}.`) || field.startsWith(`${scope}[`);
}

function failure(error: FieldError, changed: Json, again: FieldError): string {
  return `${error.field} ${error.reason}: "${error.hint}" leads to ${JSON.stringify(changed)}, which ${again.reason}`;
}

describe.each([
  ['every minute', '1'],
  ['every hour', '60'],
])('with schedules of at most once %s', (_name, minutes) => {
  let upstream: ScriptedUpstream;
  let gateway: TestGateway;

  beforeAll(async () => {
    upstream = await ScriptedUpstream.start();
    upstream.state.addConnection({ connectionId: ID });
    upstream.state.streams = [
      { streamName: 'orders', syncModes: [...SYNC_MODES], propertyFields: FIELDS },
      { streamName: 'people', syncModes: ['full_refresh_append'], propertyFields: FIELDS },
    ];
    gateway = await startGateway({ AIRBYTE_API_URL: upstream.url, SCHEDULE_MIN_INTERVAL_MINUTES: minutes });
  });
  afterAll(async () => {
    await gateway.close();
    await upstream.close();
  });

  /** Sends every proposal of every hint. Returns the hints after which the field is refused again. */
  async function failuresOf({ send, valid, mayAccept }: Operation, mistakes: Json): Promise<string[]> {
    const request: Json = { ...valid, ...mistakes };
    const errors = errorsOf(await send(gateway, request));
    const failures =
      errors.length > 0 || mayAccept ? [] : [`${JSON.stringify(request)} is not refused by field`];
    for (const error of errors) {
      const proposals = proposalsOf(error);
      const scope = scopeOf(error, errors);
      if (proposals.length === 0) failures.push(...faultOfName(error));
      for (const edit of proposals) {
        const changed = applied(edit, error, request);
        const again = errorsOf(await send(gateway, changed)).filter((other) => isWithin(other, scope));
        failures.push(...again.map((other) => failure(error, changed, other)));
      }
    }
    return failures;
  }

  it.each(OPERATIONS.map((operation) => [operation.name, operation] as const))(
    'every mistake of %s has a hint that corrects it',
    async (_operation, operation) => {
      const failures: string[] = [];
      for (const mistake of operation.mistakes.flat())
        failures.push(...(await failuresOf(operation, mistake)));
      expect(failures).toEqual([]);
    },
    TIMEOUT_MS,
  );

  it.each(OPERATIONS.map((operation) => [operation.name, operation] as const))(
    'several mistakes of %s have hints that correct them',
    async (_operation, operation) => {
      await fc.assert(
        fc.asyncProperty(mistakesOf(operation), async (mistakes) => {
          expect(await failuresOf(operation, mistakes)).toEqual([]);
        }),
        { numRuns: RUNS, seed: SEED },
      );
    },
    TIMEOUT_MS,
  );
});
