// Finds changes between two descriptions of one API that break a caller. Rules for requests may only become less strict,
// and promises about answers only more exact. Additions are allowed, except for required members of a request and for new
// enum values in an answer: enums in answers are closed (docs/versioning.md).

const METHODS = ['get', 'put', 'post', 'delete', 'patch'];
const LOWER_BOUNDS = ['minimum', 'minLength', 'minItems'];
const UPPER_BOUNDS = ['maximum', 'maxLength', 'maxItems'];

/** Says nothing of what is taken or given. */
const WORDS = ['description', 'title', 'example', 'examples', 'externalDocs', 'deprecated'];
/** Compared one by one; whatever else a schema says may not change at all. */
const COMPARED = [
  ...['type', 'enum', 'nullable', 'format', 'pattern', 'required', 'properties', 'items', '$ref', 'allOf'],
  ...['default', 'additionalProperties', ...LOWER_BOUNDS, ...UPPER_BOUNDS],
];

/** @returns one line for each change that breaks somebody; empty where nothing does */
export function breakingChanges(before, after) {
  return [...signIn(before, after), ...operations(before, after)];
}

/** Places of credentials in a request. */
function signIn({ components: old = {} }, { components: now = {} }) {
  const how = ({ type, in: place, name, scheme }) => [type, place, name, scheme].join(' ').trim();
  return Object.entries(old.securitySchemes ?? {}).flatMap(([name, scheme]) => {
    const other = now.securitySchemes?.[name];
    return other && how(other) === how(scheme) ? [] : [`${name} is sent otherwise`];
  });
}

function operations(before, after) {
  return Object.entries(before.paths).flatMap(([path, item]) =>
    METHODS.filter((method) => item[method]).flatMap((method) => {
      const operation = after.paths[path]?.[method];
      const place = `${method.toUpperCase()} ${path}`;
      if (!operation) return [`${place} is gone`];
      return new Comparison(before, after)
        .operation(item[method], operation)
        .map((line) => `${place}: ${line}`);
    }),
  );
}

class Comparison {
  constructor(before, after) {
    this.before = before;
    this.after = after;
    this.seen = new Set();
  }

  operation(old, now) {
    return [
      ...(old.operationId === now.operationId
        ? []
        : [`its id is ${now.operationId}, not ${old.operationId}`]),
      // Generators make a class of each tag.
      ...(old.tags?.[0] === now.tags?.[0] ? [] : [`its first tag is ${now.tags?.[0]}, not ${old.tags?.[0]}`]),
      ...this.security(old, now),
      ...this.parameters(old.parameters ?? [], now.parameters ?? []),
      ...this.body(old.requestBody, now.requestBody),
      ...Object.entries(old.responses).flatMap(([status, response]) => this.response(status, response, now)),
    ];
  }

  security({ security: old = [], 'x-required-scope': scope }, now) {
    const schemes = (now.security ?? []).flatMap(Object.keys);
    const isOpen = old.length === 0;
    return [
      ...(isOpen && schemes.length > 0 ? ['callers have to sign in'] : []),
      ...old
        .flatMap(Object.keys)
        .flatMap((name) => (schemes.includes(name) ? [] : [`${name} no longer signs in`])),
      ...(scope === now['x-required-scope'] ? [] : [`it needs the scope ${now['x-required-scope']}`]),
    ];
  }

  parameters(old, now) {
    const find = (list, { name, in: place }) => list.find((one) => one.name === name && one.in === place);
    const gone = old.flatMap((one) => {
      const other = find(now, one);
      if (!other) return [`the parameter ${one.name} is gone`];
      return this.sent(one.schema, other.schema, `parameter ${one.name}`);
    });
    const required = now.filter((one) => one.required && !find(old, one)?.required);
    return [...gone, ...required.map(({ name }) => `the parameter ${name} is required`)];
  }

  body(old, now) {
    if (!now) return old ? ['it takes no body any more'] : [];
    if (!old) return now.required ? ['it needs a body'] : [];
    const isRequired = now.required && !old.required ? ['its body is required'] : [];
    const types = Object.keys(old.content ?? {}).filter((type) => !now.content?.[type]);
    const gone = types.map((type) => `it no longer takes ${type}`);
    return [...isRequired, ...gone, ...this.sent(contentOf(old), contentOf(now), 'body')];
  }

  response(status, old, { responses }) {
    const now = responses[status];
    if (!now) return [`it no longer answers ${status}`];
    const types = Object.keys(old.content ?? {}).filter((type) => !now.content?.[type]);
    const headers = Object.keys(old.headers ?? {}).filter((name) => !now.headers?.[name]);
    const gone = (old['x-problem-codes'] ?? []).filter(
      (code) => !(now['x-problem-codes'] ?? []).includes(code),
    );
    return [
      ...types.map((type) => `${status} is no longer ${type}`),
      ...headers.map((name) => `${status} has lost the header ${name}`),
      ...Object.keys(now.headers ?? {}).flatMap((name) => this.header(status, name, old, now)),
      ...gone.map((code) => `${status} is no longer the problem ${code}`),
      ...(types.length === 0 ? this.got(contentOf(old), contentOf(now), String(status)) : []),
    ];
  }

  header(status, name, old, now) {
    const find = (document, header) =>
      header?.$ref ? document.components.headers[header.$ref.split('/').pop()] : header;
    const [was, is] = [find(this.before, old.headers?.[name]), find(this.after, now.headers[name])];
    return was ? this.got(was.schema, is.schema, `${status} header ${name}`) : [];
  }

  /** Rules for requests: everything that was accepted must still be accepted. */
  sent(oldSchema, newSchema, place) {
    const { old, now, isDone } = this.pair(oldSchema, newSchema, `sent ${place}`);
    if (isDone) return [];
    const words = now.enum ? (old.enum ?? ['anything']).filter((word) => !now.enum.includes(word)) : [];
    const tightened = [
      ...LOWER_BOUNDS.filter((name) => (now[name] ?? -Infinity) > (old[name] ?? -Infinity)),
      ...UPPER_BOUNDS.filter((name) => (now[name] ?? Infinity) < (old[name] ?? Infinity)),
      ...['pattern', 'format'].filter((name) => now[name] !== undefined && now[name] !== old[name]),
      ...(now.additionalProperties === false && old.additionalProperties !== false
        ? ['additionalProperties']
        : []),
    ];
    return [
      ...kinds(old, now, place),
      ...named(oldSchema, newSchema, place),
      ...(old.default !== undefined && old.default !== now.default ? [`${place} has another default`] : []),
      ...(old.nullable && !now.nullable ? [`${place} may not be null`] : []),
      ...words.map((word) => `${place} may not be ${word}`),
      ...tightened.map((name) => `${place} has another ${name}`),
      ...required(now, old).map((name) => `${place}.${name} is required`),
      ...this.members(old, now, place, 'sent'),
    ];
  }

  /** Rules for responses: nothing may be added that was not possible before, and nothing may be missing. */
  got(oldSchema, newSchema, place) {
    const { old, now, isDone } = this.pair(oldSchema, newSchema, `got ${place}`);
    if (isDone) return [];
    const words = old.enum ? (now.enum ?? ['anything']).filter((word) => !old.enum.includes(word)) : [];
    return [
      ...kinds(old, now, place),
      ...named(oldSchema, newSchema, place),
      ...(now.nullable && !old.nullable ? [`${place} may be null`] : []),
      ...(place.endsWith('.code') ? [] : words.map((word) => `${place} may be ${word}`)),
      ...(old.format && now.format !== old.format ? [`${place} has another format`] : []),
      ...required(old, now).map((name) => `${place}.${name} may be missing`),
      ...this.members(old, now, place, 'got'),
    ];
  }

  members(old, now, place, way) {
    const names = Object.keys(old.properties ?? {});
    return [
      ...names.flatMap((name) => {
        const other = now.properties?.[name];
        if (!other) return [`${place}.${name} is gone`];
        return this[way](old.properties[name], other, `${place}.${name}`);
      }),
      ...(old.items && now.items ? this[way](old.items, now.items, `${place}[]`) : []),
    ];
  }

  /** Both schemas with their references resolved; `isDone` where there is nothing to compare, or it was compared. */
  pair(oldSchema, newSchema, key) {
    const old = resolve(this.before, oldSchema);
    const now = resolve(this.after, newSchema);
    const isDone = !old || !now || this.seen.has(key) || key.split('.').length > 12;
    this.seen.add(key);
    return { old, now, isDone };
  }
}

function kinds(old, now, place) {
  const keywords = new Set([...Object.keys(old), ...Object.keys(now)]);
  const others = [...keywords].filter(
    (name) =>
      !COMPARED.includes(name) &&
      !WORDS.includes(name) &&
      !name.startsWith('x-') &&
      JSON.stringify(old[name]) !== JSON.stringify(now[name]),
  );
  return [
    ...(old.type === now.type ? [] : [`${place} is of type ${now.type}, not ${old.type}`]),
    ...others.map((name) => `${place} has another ${name}`),
  ];
}

/** Generators call their types by these names. */
function named(oldSchema, newSchema, place) {
  const [was, is] = [oldSchema, newSchema].map(nameOf);
  return was === is ? [] : [`${place} is called ${is ?? 'nothing'}, not ${was ?? 'nothing'}`];
}

function nameOf(schema) {
  const { $ref, allOf: [only] = [] } = inTermsOf30(schema);
  return ($ref ?? only?.$ref)?.split('/').pop();
}

/** A schema of 3.1 says by types what one of 3.0 says by `nullable`; a reference may have words beside it. */
function inTermsOf30(schema) {
  const { type, anyOf, $ref, ...rest } = schema;
  if (Array.isArray(type)) return { ...rest, type: type[0], nullable: true };
  if (anyOf) return { ...rest, ...(anyOf[0].$ref ? { allOf: [anyOf[0]] } : anyOf[0]), nullable: true };
  return $ref && Object.keys(rest).length > 0 ? { ...rest, allOf: [{ $ref }] } : schema;
}

function required(of, beside) {
  return (of.required ?? []).filter((name) => !(beside.required ?? []).includes(name));
}

function contentOf({ content = {} }) {
  return Object.values(content)[0]?.schema;
}

function resolve(document, given) {
  const schema = given && inTermsOf30(given);
  if (!schema) return undefined;
  if (schema.$ref) return resolve(document, document.components.schemas[schema.$ref.split('/').pop()]);
  const [only] = schema.allOf ?? [];
  return only ? { ...resolve(document, only), ...schema } : schema;
}
