/** A parsed field: original text, values and spelling for Airbyte. */
import type { BasicInterval } from '../basic/interval';

export interface FieldForm {
  /** As written by the caller. */
  readonly text: string;
  /** Values in Quartz numbering, ascending; null for `?` and for forms without fixed values such as `LW`. */
  readonly values: readonly number[] | null;
  /** Spelling that Airbyte reads correctly and that preserves the text; null if the values must be listed. */
  readonly plain: string | null;
}

/** Reason for rejecting a field, and a fix. */
export interface FieldFault {
  readonly reason: string;
  readonly hint: string;
  /** The interval that was meant. The hint then gets the timings for it that the limits of the deployment allow. */
  readonly interval?: BasicInterval;
  /** The expression that was meant, in another time zone. The hint then gets it in UTC. */
  readonly zoned?: { readonly expression: string; readonly zone: string };
}

export type FieldReading = { ok: true; form: FieldForm } | { ok: false; fault: FieldFault };

/** Parser of one field of a dialect. */
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

/** Removes leading zeros: `00 00 02` becomes `0 0 2`. */
export function withoutPadding(text: string): string {
  return text.replace(/(?<![0-9])0+(?=[0-9])/g, '');
}

/** The field in plain Quartz, without encoded text. */
export function plainSpelling(form: FieldForm): string {
  return form.plain === null && form.values ? form.values.join(',') : withoutPadding(form.plain ?? form.text);
}
