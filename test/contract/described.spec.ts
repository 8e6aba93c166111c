import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  type Content,
  type Examples,
  isReference,
  nameOf,
  operationsOf,
  responsesOf,
  type Schema,
} from '../../src/api/openapi/described-operations';
import { document, document30 } from '../support/contract-document';
import { faultsOf } from '../support/contract-schema';

const SCHEMAS = Object.entries(document.components?.schemas ?? {}).flatMap(
  ([name, schema]): [string, Schema][] => (isReference(schema) ? [] : [[name, schema]]),
);

/** Text of a schema that is written in place and has no name; null if its kind needs no name. */
function madeUp(schema: Schema | { $ref: string } | undefined): string | null {
  if (!schema || isReference(schema)) return null;
  if (schema.properties) return 'an object';
  if (schema.enum && !schema.allOf) return 'a list of words';
  return schema.items && !Array.isArray(schema.items) ? madeUp(schema.items) : null;
}

describe('the Arazzo workflow', () => {
  it('calls every operation', () => {
    const story = readFileSync(join(__dirname, 'story.arazzo.yaml'), 'utf8');
    const called = new Set(Array.from(story.matchAll(/operationId: (\w+)/g), ([, id]) => id));
    const operations = operationsOf(document).map(({ operationId }) => operationId);
    expect(called).toEqual(new Set(operations));
  });
});

describe('the description', () => {
  it('says what every schema, member and parameter means', () => {
    const silent = SCHEMAS.flatMap(([name, schema]) => [
      ...(schema.description ? [] : [name]),
      ...Object.entries(schema.properties ?? {}).flatMap(([member, property]) =>
        isReference(property) || property.description ? [] : [`${name}.${member}`],
      ),
    ]);
    const parameters = operationsOf(document).flatMap(({ operationId = '', parameters = [] }) =>
      parameters.flatMap((one) =>
        isReference(one) || one.description ? [] : [`${operationId} ${one.name}`],
      ),
    );
    expect([...silent, ...parameters]).toEqual([]);
  });

  it('says where it is needed that all streams are overwritten unless some are named, and how late syncs may start', () => {
    const create = operationsOf(document).find(({ operationId }) => operationId === 'createIngestion');
    expect(create?.description).toContain('overwrites the destination on each sync');
    const [, report] = SCHEMAS.find(([name]) => name === 'IngestionStatusReport') ?? [];
    expect(report?.properties?.['nextSync']).toMatchObject({
      description: expect.stringMatching(/30\s+minutes/),
    });
  });

  it('leaves no name to a generator: objects and lists of words are schemas of their own', () => {
    const members = SCHEMAS.flatMap(([name, { properties = {} }]) =>
      Object.entries(properties).map(([member, property]) => [`${name}.${member}`, property] as const),
    );
    const parameters = operationsOf(document).flatMap(({ operationId = '', parameters = [] }) =>
      parameters.flatMap((one) =>
        isReference(one) ? [] : [[`${operationId} ${one.name}`, one.schema] as const],
      ),
    );
    const unnamed = [...members, ...parameters].flatMap(([where, schema]) => {
      const what = madeUp(schema);
      return what === null ? [] : [`${where} is ${what}`];
    });
    expect(unnamed).toEqual([]);
  });

  it('has each list of words once', () => {
    const lists = SCHEMAS.flatMap(([, schema]) => (schema.enum ? [JSON.stringify(schema.enum)] : []));
    expect(new Set(lists).size).toBe(lists.length);
  });

  it('gives every integer of a response header a format and bounds', () => {
    const inline = operationsOf(document).flatMap((operation) =>
      responsesOf(operation).map(([, { headers }]) => headers),
    );
    const integers = [document.components?.headers, ...inline].flatMap((headers = {}) =>
      Object.entries(headers).flatMap(([name, header]) =>
        !isReference(header) && header.schema && 'type' in header.schema && header.schema.type === 'integer'
          ? [{ name, ...header.schema }]
          : [],
      ),
    );
    expect(new Set(integers.map(({ name }) => name))).toEqual(new Set(['Age', 'Retry-After']));
    for (const integer of integers)
      expect(integer).toMatchObject({
        format: expect.stringMatching(/^int(32|64)$/),
        minimum: expect.any(Number),
        maximum: expect.any(Number),
      });
  });

  it('has an id of its own, a tag, a summary and a description for every operation', () => {
    const operations = operationsOf(document);
    for (const { operationId, tags, summary, description, security } of operations) {
      expect({ operationId, tags, summary, description, security }).toEqual({
        operationId: expect.stringMatching(/^[a-z][A-Za-z]+$/),
        tags: [expect.any(String)],
        summary: expect.stringMatching(/./),
        description: expect.stringMatching(/./),
        security: expect.any(Array),
      });
    }
    expect(new Set(operations.map(({ operationId }) => operationId)).size).toBe(operations.length);
  });

  it('gives examples that are what it says', () => {
    const members = SCHEMAS.flatMap(([name, { properties = {} }]) =>
      Object.entries(properties).map(([member, property]) => [`${name}.${member}`, property] as const),
    );
    const parameters = operationsOf(document).flatMap(({ operationId = '', parameters = [] }) =>
      parameters.flatMap((one) =>
        isReference(one) || !one.schema ? [] : [[`${operationId} ${one.name}`, one.schema] as const],
      ),
    );
    const wrong = [...members, ...parameters].flatMap(([where, schema]) =>
      isReference(schema)
        ? []
        : [schema.example, schema.default].flatMap((value: unknown) =>
            value === undefined ? [] : faultsOf(schema, value).map((fault) => `${where}: ${fault}`),
          ),
    );
    expect(wrong).toEqual([]);
  });

  it('gives whole examples of every body that are what it says', () => {
    const contents = operationsOf(document).flatMap(({ requestBody, responses }): Content[] => {
      const sent = requestBody && !isReference(requestBody) ? [requestBody.content] : [];
      return [...sent, ...responsesOf({ responses }).map(([, { content = {} }]) => content)];
    });
    const faults = contents.flatMap((content) =>
      Object.values(content).flatMap(({ schema, examples }) =>
        Object.values(examples ?? {}).map((example) => faultsOf(schema ?? {}, valueOf(example))),
      ),
    );
    expect(faults.length).toBeGreaterThan(100);
    expect(faults.flat()).toEqual([]);
  });
});

describe('the description for generators without OpenAPI 3.1', () => {
  const schemas = Object.entries(document30.components?.schemas ?? {});

  it('lists null as a value of every nullable enum', () => {
    const enums = schemas.flatMap(([, schema]) =>
      !isReference(schema) && schema.nullable && schema.enum ? [schema.enum as unknown[]] : [],
    );
    expect(enums).not.toEqual([]);
    for (const values of enums) expect(values).toContain(null);
  });

  it('has no schema that nothing refers to', () => {
    const text = JSON.stringify(document30);
    const unused = schemas.filter(([name]) => !text.includes(`"#/components/schemas/${name}"`));
    expect(unused.map(([name]) => name)).toEqual([]);
  });
});

function valueOf(example: Examples[string]): unknown {
  const found = isReference(example) ? document.components?.examples?.[nameOf(example)] : example;
  return found && !isReference(found) ? found.value : undefined;
}
