/** Parses one item of a cron field: `*`, `5`, `1-5`, `5/15` or `1-5/2`. */
import { type Field, numberOfName } from './field';

export interface Bound {
  readonly value: number;
  readonly named: boolean;
}

export interface Item {
  /** Null for `*`. */
  readonly from: Bound | null;
  /** Null unless the item is a range. */
  readonly to: Bound | null;
  /** Null without a step. */
  readonly step: number | null;
}

const ITEM = /^(?:\*|([0-9]+|[A-Za-z]{3})(?:-([0-9]+|[A-Za-z]{3}))?)(?:\/([0-9]+))?$/;

function boundOf(text: string, field: Field): Bound | null {
  if (/^[0-9]/.test(text)) return { value: Number(text), named: false };
  const value = numberOfName(text, field);
  return value === undefined ? null : { value, named: true };
}

/** Parses an item without checking its range; null if invalid. */
export function parseItem(text: string, field: Field): Item | null {
  const match = ITEM.exec(text);
  if (!match) return null;
  const [, fromText, toText, stepText] = match;
  const from = fromText === undefined ? null : boundOf(fromText, field);
  const to = toText === undefined ? null : boundOf(toText, field);
  if ((fromText !== undefined && !from) || (toText !== undefined && !to)) return null;
  return { from, to, step: stepText === undefined ? null : Number(stepText) };
}

/** Whether the range wraps around the end of the field. */
export function wrapsAround(item: Item): boolean {
  return item.from !== null && item.to !== null && item.to.value < item.from.value;
}

/**
 * Values of the item in order. Ranges that wrap around continue at the start of the field and keep their step,
 * as in Quartz.
 */
export function valuesOf(item: Item, field: Field): number[] {
  const start = item.from ? item.from.value : field.min;
  const last = field.min + field.size - 1;
  let end = item.to ? item.to.value : item.from && item.step === null ? start : Math.max(last, start);
  if (end < start) end += field.size;
  const values: number[] = [];
  for (let value = start; value <= end; value += item.step ?? 1) {
    values.push(value > field.max ? value - field.size : value);
  }
  return values;
}
