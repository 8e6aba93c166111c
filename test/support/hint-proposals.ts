/** Reads the proposals of a hint and changes the refused request accordingly. */

export type Json = Readonly<Record<string, unknown>>;

export interface FieldError {
  readonly field: string;
  readonly reason: string;
  readonly hint: string;
}

/** A change of the object with the refused field. */
type Edit = (parent: Record<string, unknown>, field: string) => void;

const put =
  (value: unknown): Edit =>
  (parent, field) => {
    parent[field] = value;
  };
const remove: Edit = (parent, field) => {
  Reflect.deleteProperty(parent, field);
};
const rename =
  (name: string): Edit =>
  (parent, field) => {
    parent[name] = parent[field];
    Reflect.deleteProperty(parent, field);
  };
/** Members in quotes: they replace what is there, and the refused field goes if it is none of them. */
const members =
  (pairs: readonly (readonly [string, string])[]): Edit =>
  (parent, field) => {
    if (!pairs.some(([name]) => name === 'scheduleType')) remove(parent, field);
    else for (const name of Object.keys(parent)) Reflect.deleteProperty(parent, name);
    Object.assign(parent, Object.fromEntries(pairs));
  };
const become =
  (schedule: Json): Edit =>
  (parent) => {
    for (const name of Object.keys(parent)) Reflect.deleteProperty(parent, name);
    Object.assign(parent, schedule);
  };

/** The changes that a hint proposes. Each must correct the refused field. */
export function proposalsOf({ field, reason, hint }: FieldError): readonly Edit[] {
  const meant = /Did you mean ([\w.]+(?: or [\w.]+)*)\?/.exec(hint)?.[1]?.split(' or ');
  const pairs = [...hint.matchAll(/"(\w+)": "([^"]+)"/g)].map(
    ([, name = '', value = '']) => [name, value] as const,
  );
  if (/^schedule\.(?!scheduleType$)/.test(field) && pairs.length > 0 && isUnknown(reason))
    return [members(pairs)];
  if (meant) return meant.map((word) => (isUnknown(reason) ? rename(word) : put(valueOf(field, word))));
  if (pairs.length > 0 && /beside/.test(hint)) return pairs.map(([, value]) => put(value));
  if (isUnknown(reason)) return leftOut(hint);
  const values = jsonOf(hint);
  if (values.length > 0) return [...values.map(put), ...leftOut(hint)];
  return [
    ...numbersOf(hint),
    ...wordsOf(field, hint),
    ...schedulesOf(field, hint),
    ...partsOf({ field, reason, hint }),
    ...leftOut(hint),
    ...textsOf(hint),
  ];
}

/** A cursor is the path of a field, and a key a list of paths. */
function valueOf(field: string, word: string): unknown {
  if (field.endsWith('.cursorField')) return [word];
  return field.endsWith('.primaryKey') ? [[word]] : word;
}

function isUnknown(reason: string): boolean {
  return reason.startsWith('is not a known');
}

/** Objects and lists in a hint. */
function jsonOf(hint: string): unknown[] {
  return [...hint.matchAll(/(?:Write|e\.g\.|or) ([[{].*?[\]}])(?=[.,] | or |\.$)/g)].flatMap(
    ([, text = '']) => (isJson(text) ? [JSON.parse(text) as unknown] : []),
  );
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function numbersOf(hint: string): Edit[] {
  const [, from, to] = /Give a number from (\d+) to (\d+)/.exec(hint) ?? [];
  return from === undefined ? [] : [put(Number(from)), put(Number(to))];
}

function textsOf(hint: string): Edit[] {
  const found = /Give a (?:text|name) of (\d+) to \d+/.exec(hint)?.[1];
  return found === undefined ? [] : [put('x'.repeat(Number(found)))];
}

function leftOut(hint: string): Edit[] {
  return /\b(?:Remove it|[Ll]eave (?:it|\w+) out)\b/.test(hint) ? [remove] : [];
}

/** Words of a closed list, names of a source, durations, moments. */
function wordsOf(field: string, hint: string): Edit[] {
  const closed =
    /(?:[Ww]rite one of|are:) ([^.]+)\./.exec(hint)?.[1] ?? /^write (\w+(?:, \w+)* or \w+)$/.exec(hint)?.[1];
  const durations = [...hint.matchAll(/\bP(?:T\d+[HMS]|\d+[DW])\b/g)].map(([text]) => text);
  const moments = [...hint.matchAll(/"(\d{4}-[^"]+Z)"/g)].map(([, text]) => text);
  const words = closed?.split(/, | or /).map((word) => word.replaceAll('"', '')) ?? [];
  return [...words.map((word) => valueOf(field, word)), ...durations, ...moments].map(put);
}

/** Expressions and timings in quotes. `zone` hints propose an expression without a zone. */
function schedulesOf(field: string, hint: string): Edit[] {
  if (!field.startsWith('schedule')) return [];
  return [...hint.matchAll(/"([^"]+)"/g)].flatMap(([, text = '']): Edit[] => {
    if (/^Every \d+ /.test(text)) return [become({ scheduleType: 'basic', basicTiming: text })];
    if (text === 'UTC') return [put(text)];
    return /^\S+(?: \S+){4,6}$/.test(text) ? [become({ scheduleType: 'cron', cronExpression: text })] : [];
  });
}

/** A replacement for the part of an expression that the reason names. */
function partsOf({ field, reason, hint }: FieldError): Edit[] {
  const [, from, to] = /write ([A-Z\d]\S*)(?: to ([A-Z\d]+))?(?:$|,| or )/.exec(hint) ?? [];
  const part = /"([^"]+)"/.exec(reason)?.[1] ?? /\b\d+\b/.exec(reason)?.[0];
  if (field !== 'schedule.cronExpression' || from === undefined || part === undefined) return [];
  return [from, ...(to === undefined ? [] : [to])].map((word) => (parent) => {
    parent['cronExpression'] = String(parent['cronExpression']).replace(part, word);
  });
}

/** Returns a copy of the request with the change. */
export function applied(edit: Edit, { field }: FieldError, request: Json): Json {
  const copy = structuredClone(request) as Record<string, unknown>;
  const steps = field.split(/[.[\]]+/).filter((step) => step !== '');
  const last = steps.pop() ?? '';
  let parent = copy;
  for (const step of steps) parent = parent[step] as Record<string, unknown>;
  edit(parent, last);
  return copy;
}
