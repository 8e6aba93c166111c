import { isObject, parseObject } from '../platform/json';
import { FragmentFinder, type TextRange } from './fragments';
import { isSecretName, MASK } from './mask';
import { fragmentSources, patternsOf } from './secret-encodings';

/** Longer texts are cut. Messages are cut to a shorter length later. */
const MAX_REDACTED_LENGTH = 256 * 1024;
/** Masking shorter lines of a secret would hide unrelated parts of a text. */
const SHORTEST_LINE = 8;
/** Lines of a secret of at least this length are masked as whole lines. */
const SHORTEST_WHOLE_LINE = 4;

/**
 * Masks secrets in texts before these are cut, logged, stored or sent: secrets in all encodings, single lines of multi-line
 * secrets, and fragments of cut secrets.
 */
export class Redactor {
  private readonly secrets = new Set<string>();
  private readonly patterns: RegExp[] = [];
  private readonly wholeLines = new Set<string>();
  private readonly fragments = new FragmentFinder();

  constructor(secrets: readonly string[] = []) {
    this.add(secrets);
  }

  /** Adds secrets, for example of a changed configuration. */
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

/** Secrets in a secret that is JSON, for example the private key of a service account. */
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

/** Masks ranges. Adjacent ranges get one mask. */
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
