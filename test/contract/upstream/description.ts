import { readFileSync } from 'node:fs';
import { load } from 'js-yaml';
import { arrayAt, isJson, type Json, objectAt, textAt } from './json';
import { at, DANGLING, mendReferences } from './references';
import { type Fault, SchemaJudge } from './schema';

/** A parameter of an operation. */
export interface Parameter {
  readonly name: string;
  readonly in: string;
  readonly required: boolean;
  readonly schema: Json;
}

/** One operation of Airbyte's API, as Airbyte describes it. */
export interface DescribedOperation {
  readonly id: string;
  readonly method: string;
  /** Below the base, e.g. `/jobs/{jobId}`. */
  readonly path: string;
  readonly parameters: readonly Parameter[];
  /** Null where no body is described. */
  readonly requestBody: Json | null;
  readonly responses: Json;
}

const METHODS = ['get', 'post', 'put', 'patch', 'delete'];

/** Airbyte's own description of its public API. */
export class Description {
  readonly operations: readonly DescribedOperation[];
  private readonly schemas: SchemaJudge;

  constructor(
    private readonly document: Json,
    mends: Readonly<Record<string, Json>> = DANGLING,
  ) {
    const mended = mendReferences(document, mends);
    this.schemas = new SchemaJudge(objectAt(objectAt(mended, 'components'), 'schemas'));
    this.operations = Object.entries(objectAt(mended, 'paths')).flatMap(([path, item]) =>
      isJson(item) ? this.operationsOf(path, item) : [],
    );
  }

  /** @throws Error when the file cannot be read or holds no description that can be used */
  static read(path: string): Description {
    const document = load(readFileSync(path, 'utf8'));
    if (!isJson(document)) throw new Error(`${path} holds no API description.`);
    return new Description(document);
  }

  /** The operation that serves a path below the base, with the path's parameters. */
  find(method: string, path: string): { operation: DescribedOperation; values: Json } | null {
    for (const operation of this.operations) {
      if (operation.method !== method) continue;
      const values = matchPath(operation.path, path);
      if (values !== null) return { operation, values };
    }
    return null;
  }

  /** Faults of a value by a schema of the description. */
  faultsOf(schema: Json, value: unknown): Fault[] {
    return this.schemas.faultsOf(schema, value);
  }

  private operationsOf(path: string, item: Json): DescribedOperation[] {
    return METHODS.filter((method) => isJson(item[method])).map((method) => {
      const operation = objectAt(item, method);
      const parameters = [...arrayAt(item, 'parameters'), ...arrayAt(operation, 'parameters')];
      return {
        id: textAt(operation, 'operationId'),
        method: method.toUpperCase(),
        path,
        parameters: parameters.map((parameter) => toParameter(this.resolved(parameter))),
        requestBody: operation['requestBody'] === undefined ? null : this.resolved(operation['requestBody']),
        responses: objectAt(operation, 'responses'),
      };
    });
  }

  private resolved(node: unknown): Json {
    if (!isJson(node)) return {};
    return typeof node['$ref'] === 'string' ? this.resolved(at(this.document, node['$ref'])) : node;
  }
}

function toParameter(parameter: Json): Parameter {
  return {
    name: textAt(parameter, 'name'),
    in: textAt(parameter, 'in'),
    required: parameter['required'] === true,
    schema: objectAt(parameter, 'schema'),
  };
}

function matchPath(template: string, path: string): Json | null {
  const [parts, segments] = [template.split('/'), path.split('/')];
  if (parts.length !== segments.length) return null;
  const values: Record<string, unknown> = {};
  for (const [index, part] of parts.entries()) {
    const segment = segments[index] ?? '';
    const name = /^\{(.+)\}$/.exec(part)?.[1];
    if (name !== undefined) values[name] = decodeURIComponent(segment);
    else if (part !== segment) return null;
  }
  return values;
}
