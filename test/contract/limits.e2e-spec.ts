import { randomUUID } from 'node:crypto';
import {
  isReference,
  nameOf,
  type Operation,
  type Schema,
  type SchemaOrReference,
} from '../../src/api/openapi/described-operations';
import { faultsOf } from '../support/contract-schema';
import { startGateway, type TestGateway } from '../support/gateway';
import { json, type Reply, ScriptedUpstream } from '../support/scripted-upstream';
import { BODIES, type Call, CALLS, CONNECTION_ID as ID, CRON, type Method, pathOf } from './answers/calls';
import { resolved, valuesAround } from './limit-values';

/** Members of a nested object, in a place where the rest of it is valid. */
const NESTED: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  ScheduleInput: CRON,
  StreamInput: { name: 'orders' },
  RunStreamInput: { name: 'orders' },
  PauseFilter: {},
  PauseInput: { reason: 'The warehouse moves.' },
};

/** Fields with a grammar that no schema can say: of what the schema lets pass, some is refused with another reason. */
const GRAMMAR =
  /(freshness|cronExpression|basicTiming|timeZone|from|pageToken|scheduleType|schedule|syncMode|cursorField|primaryKey|streams|name|namespace|mode|pause|until|types|filter|^type|configuration)$/;
/** Reasons that a schema does say. */
const LIMIT_REASON =
  /characters|must be an? (string|object|array|whole)|must be one of|whole number|at most|at least/;

/** Expressions know no characters but ASCII, so what is said against others is not about their number. */
function isWorthTrying(field: string, value: unknown): boolean {
  return !/(freshness|cronExpression|basicTiming|timeZone)$/.test(field) || !String(value).includes('𝒳');
}

/** A schema somewhere in a body, and how a value gets there. */
interface Case {
  readonly field: string;
  readonly schema: SchemaOrReference;
  readonly place: (value: unknown) => unknown;
}

const TARGETS = CALLS.filter(({ operation }) => operation.requestBody);

function bodySchema({ requestBody }: Operation): Schema {
  const schema = requestBody && !isReference(requestBody) && requestBody.content['application/json']?.schema;
  if (!schema) throw new Error('it has no body');
  return resolved(schema);
}

/** A schema, and all that are in it: members of objects and items of lists. */
function casesOf(one: Case, base: object | undefined): Case[] {
  const { type, properties = {}, items } = resolved(one.schema);
  if (type === 'array' && items && !Array.isArray(items)) {
    const item = { field: `${one.field}[0]`, schema: items, place: (value: unknown) => one.place([value]) };
    return [one, ...casesOf(item, undefined)];
  }
  const isFreeForm = one.field !== '' && Object.keys(properties).length === 0;
  if (type !== 'object' || isFreeForm) return [one];
  const rest = base ?? NESTED[componentOf(one.schema)];
  if (!rest) throw new Error(`there is nothing to try ${one.field} in`);
  const members = Object.entries(properties).flatMap(([name, schema]) => {
    const field = one.field === '' ? name : `${one.field}.${name}`;
    return casesOf({ field, schema, place: (value) => one.place({ ...rest, [name]: value }) }, undefined);
  });
  return one.field === '' ? members : [one, ...members];
}

function casesOfBody({ id, operation }: Call): Case[] {
  return casesOf({ field: '', schema: bodySchema(operation), place: (value) => value }, BODIES[id]);
}

function componentOf(schema: SchemaOrReference): string {
  const [only] = isReference(schema) ? [schema] : (schema.allOf ?? []);
  return only && isReference(only) ? nameOf(only) : '';
}

interface ParameterCase {
  readonly id: string;
  readonly method: Method;
  readonly template: string;
  readonly name: string;
  readonly in: string;
  readonly schema: Schema;
}

const PARAMETERS: readonly ParameterCase[] = CALLS.flatMap(({ id, method, template, operation }) =>
  (operation.parameters ?? []).flatMap((parameter) => {
    if (isReference(parameter)) return [];
    const schema = resolved(parameter.schema ?? {});
    return [{ id, method, template, name: parameter.name, in: parameter.in, schema }];
  }),
);

/** Values that can be sent there: clients resolve dots in paths, and headers are ASCII. */
function sendable(one: ParameterCase): string[] {
  const texts = valuesAround(one.schema).flatMap((value) =>
    ['string', 'number'].includes(typeof value) && (value !== '' || one.in === 'query')
      ? [String(value)]
      : [],
  );
  const isSendable = { path: /^(?!\.{1,2}$)/, header: /^[!-~]+$/ }[one.in] ?? /^/;
  return texts.filter((text) => isSendable.test(text));
}

/** A text of a URL as the value that it stands for. */
function typed(schema: Schema, text: string): unknown {
  if (schema.type === 'integer' && /^-?[\d.]+$/.test(text)) return Number(text);
  if (schema.type === 'boolean' && /^(true|false)$/.test(text)) return text === 'true';
  return text;
}

describe('documented limits', () => {
  let upstream: ScriptedUpstream;
  let gateway: TestGateway;

  beforeAll(async () => {
    upstream = await ScriptedUpstream.start();
    gateway = await startGateway({ AIRBYTE_API_URL: upstream.url, RATE_LIMIT: 'off' });
  });
  beforeEach(() => {
    upstream.clear();
    upstream.state.addConnection({ connectionId: ID });
    // Every id names something, so that no time goes into looking for what is not there.
    const taken = (id: string): Reply => json(200, upstream.state.addConnection({ connectionId: id }));
    for (const operation of ['GET', 'PATCH', 'DELETE'])
      upstream.on(`${operation} /connections/:id`, ({ id }) => taken(id));
    upstream.on('POST /connections', () => taken(randomUUID()));
    upstream.intercept((request) => {
      if (request.operation === 'GET /workspaces')
        for (const id of request.query.getAll('workspaceIds')) upstream.state.workspaces.set(id, id);
      if (request.operation.endsWith('/sources/:id')) upstream.state.addSource(request.id);
      if (request.operation.endsWith('/destinations/:id')) upstream.state.addDestination(request.id);
      return undefined;
    });
    upstream.state.addJob({ connectionId: ID, lastUpdatedAt: '2026-01-15T02:07Z' });
  });
  afterAll(async () => {
    await gateway.close();
    await upstream.close();
  });

  /** Messages about a field, or about the object that holds it. */
  async function refusals({ method, path }: Call, body: object, field: string): Promise<string[]> {
    const response = await gateway.api[method](path).send(body);
    const { errors = [] } = response.body as { errors?: { field: string; reason: string }[] };
    if (response.status !== 400) return [];
    // Of an item its list is told.
    const owner = field.replace(/(\[0\])+$/, '');
    return errors.filter((error) => error.field.startsWith(owner)).map(({ reason }) => reason);
  }

  it('has a body to try them in for every operation that takes one', () => {
    expect(TARGETS.map(({ id }) => id).sort()).toEqual(Object.keys(BODIES).sort());
  });

  it.each(TARGETS)('of the body of $id are those that it keeps', async (target) => {
    const differences: string[] = [];
    for (const one of casesOfBody(target)) {
      for (const value of valuesAround(one.schema).filter((value) => isWorthTrying(one.field, value))) {
        const reasons = await refusals(target, one.place(value) as object, one.field);
        const isDocumented = faultsOf(one.schema, value).length === 0;
        const isRefused =
          GRAMMAR.test(one.field) && isDocumented
            ? reasons.some((r) => LIMIT_REASON.test(r))
            : reasons.length > 0;
        if (isDocumented === isRefused) {
          differences.push(
            `${one.field} = ${JSON.stringify(value).slice(0, 60)} is ${isDocumented ? 'documented' : 'not documented'}: ${reasons.join() || 'taken'}`,
          );
        }
      }
    }
    expect(differences).toEqual([]);
  });

  it.each(TARGETS)('of $id leave no room for other members, and require what is required', async (target) => {
    const schema = bodySchema(target.operation);
    const base = BODIES[target.id] ?? {};
    expect(schema.additionalProperties).toBe(false);
    expect(await refusals(target, { ...base, other: 1 }, 'other')).toEqual(['is not a known field']);
    for (const name of schema.required ?? []) {
      const without = Object.fromEntries(Object.entries(base).filter(([key]) => key !== name));
      expect(await refusals(target, without, name)).not.toEqual([]);
    }
  });

  it.each(PARAMETERS)('of the parameter $name of $id are those that it keeps', async (one) => {
    const differences: string[] = [];
    for (const text of sendable(one)) {
      const response = await sendWith(one, text);
      const { errors = [] } = response.body as { errors?: { field: string }[] };
      const isRefused = response.status === 400 && errors.some(({ field }) => field === one.name);
      const isDocumented = faultsOf(one.schema, typed(one.schema, text)).length === 0;
      // A value that the schema permits may also need a form of its own.
      if (isDocumented !== isRefused || (isDocumented && GRAMMAR.test(one.name))) continue;
      differences.push(
        `${text.slice(0, 60)} is ${isDocumented ? 'documented' : 'not documented'}: ${response.status}`,
      );
    }
    expect(differences).toEqual([]);
  });

  function sendWith(one: ParameterCase, text: string): ReturnType<typeof gateway.api.get> {
    const request = gateway.api[one.method](pathOf(one.template, { [one.name]: text }));
    if (one.in === 'query') void request.query({ [one.name]: text });
    if (one.in === 'header') void request.set(one.name, text);
    return request.send(BODIES[one.id]);
  }
});
