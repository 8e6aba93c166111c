import { isObject, parseObject } from '../platform/json';
import { FragmentFinder, type TextRange } from './fragments';
import { isSecretName, MASK } from './mask';
import { fragmentSources, patternsOf } from './secret-encodings';

/** Of a longer text the beginning is kept: what is shown of it is shorter by far. */
const MAX_REDACTED_LENGTH = 256 * 1024;
/** A shorter line of a secret would blot out harmless parts of a text. */
const SHORTEST_LINE = 8;
/** So short a line of a secret is masked only where it is a whole line. */
const SHORTEST_WHOLE_LINE = 4;

/**
 * Takes secrets out of texts before these are cut, logged, kept or answered: whole secrets in every spelling, the lines
 * of secrets of many lines, and what is left of one that was cut.
 */
export class Redactor {
  private readonly secrets = new Set<string>();
  private readonly patterns: RegExp[] = [];
  private readonly wholeLines = new Set<string>();
  private readonly fragments = new FragmentFinder();

  constructor(secrets: readonly string[] = []) {
    this.add(secrets);
  }

  /** Adds secrets, those of a configuration that a connector changed, for one. */
  add(secrets: readonly string[]): void {
    for (const secret of secrets.flatMap((one) => [one, ...nestedSecrets(one)])) {
      if (this.secrets.has(secret)) continue;
      this.secrets.add(secret);
      this.patterns.push(...patternsOf(secret));
      for (const source of fragmentSources(secret)) this.fragments.add(source);
      this.addLines(secret);
    }
  }

  redact(text: string): string {
    if (this.secrets.size === 0) return text;
    const bounded = text.slice(0, MAX_REDACTED_LENGTH);
    const stretches = [
      ...this.patterns.flatMap((pattern) => matches(bounded, pattern)),
      ...this.shortLines(bounded),
      ...this.fragments.find(bounded),
    ];
    return masked(bounded, stretches);
  }

  private addLines(secret: string): void {
    const lines = secret.split(/\r?\n/).map((line) => line.trim());
    if (lines.length === 1) return;
    for (const line of lines) {
      if (line.length >= SHORTEST_LINE) this.patterns.push(...patternsOf(line).slice(0, 1));
      else if (line.length >= SHORTEST_WHOLE_LINE) this.wholeLines.add(line);
    }
  }

  private shortLines(text: string): TextRange[] {
    if (this.wholeLines.size === 0) return [];
    const found: TextRange[] = [];
    let start = 0;
    for (const line of text.split('\n')) {
      if (this.wholeLines.has(line.trim())) found.push([start, start + line.length]);
      start += line.length + 1;
    }
    return found;
  }
}

/** The secrets inside a secret that is JSON, a service account with its private key, say. */
function nestedSecrets(secret: string): string[] {
  const object = parseObject(secret);
  return object === null ? [] : leaves('', object);
}

function leaves(name: string, value: unknown): string[] {
  if (typeof value === 'string') return isSecretName(name) && value.length >= SHORTEST_LINE ? [value] : [];
  if (Array.isArray(value)) return value.flatMap((item) => leaves(name, item));
  return isObject(value) ? Object.entries(value).flatMap(([key, member]) => leaves(key, member)) : [];
}

function matches(text: string, pattern: RegExp): TextRange[] {
  return [...text.matchAll(pattern)].map((match): TextRange => [match.index, match.index + match[0].length]);
}

/** A text with one mask for every run of stretches that touch. */
function masked(text: string, stretches: readonly TextRange[]): string {
  const sorted = stretches.filter(([start, end]) => end > start).sort(([a], [b]) => a - b);
  let result = '';
  let done = 0;
  let runEnd = -1;
  for (const [start, end] of sorted) {
    if (start > runEnd) {
      result += text.slice(done, start) + MASK;
      runEnd = end;
    } else runEnd = Math.max(runEnd, end);
    done = runEnd;
  }
  return result + text.slice(done);
}
