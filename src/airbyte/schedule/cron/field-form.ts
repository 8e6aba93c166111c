/** One field of an accepted expression: the caller's words, what they mean, and how they may be spelled upstream. */

export interface FieldForm {
  /** As the caller wrote it. */
  readonly text: string;
  /** The values in Quartz's numbering, ascending; null for `?` and for forms such as `LW` that have no fixed values. */
  readonly values: readonly number[] | null;
  /** A spelling that Airbyte reads with this meaning and that keeps the words; null when values must be listed. */
  readonly plain: string | null;
}

/** Why a field is not accepted. */
export interface FieldFault {
  readonly reason: string;
  readonly hint: string;
}

export type FieldReading = { ok: true; form: FieldForm } | { ok: false; fault: FieldFault };

/** Reads one field of a dialect. */
export type FieldReader = (words: string) => FieldReading;

export function accepted(form: FieldForm): FieldReading {
  return { ok: true, form };
}

export function refused(reason: string, hint: string): FieldReading {
  return { ok: false, fault: { reason, hint } };
}

export function ascending(values: Iterable<number>): number[] {
  return [...new Set(values)].sort((a, b) => a - b);
}

/** Numbers without leading zeros, as in `0 0 2` for `00 00 02`. */
export function withoutPadding(text: string): string {
  return text.replace(/(?<![0-9])0+(?=[0-9])/g, '');
}

/** The field in plain Quartz, free of spellings that only carry words. */
export function plainSpelling(form: FieldForm): string {
  return form.plain === null && form.values ? form.values.join(',') : withoutPadding(form.plain ?? form.text);
}
