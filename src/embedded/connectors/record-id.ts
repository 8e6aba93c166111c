import { randomFillSync } from 'node:crypto';

const ID_BYTES = 16;
const ID_DIGITS = 32;
const pool = Buffer.alloc(1024 * ID_BYTES);
let digits = '';
let used = 0;

/** A random UUID (version 4). Many are made at a time, because each row needs one. */
export function recordId(): string {
  if (used === digits.length) {
    digits = randomDigits();
    used = 0;
  }
  const at = used;
  used += ID_DIGITS;
  return `${digits.slice(at, at + 8)}-${digits.slice(at + 8, at + 12)}-${digits.slice(at + 12, at + 16)}-${digits.slice(at + 16, at + 20)}-${digits.slice(at + 20, used)}`;
}

function randomDigits(): string {
  randomFillSync(pool);
  for (let at = 0; at < pool.length; at += ID_BYTES) {
    pool[at + 6] = 0x40 | ((pool[at + 6] ?? 0) & 0x0f);
    pool[at + 8] = 0x80 | ((pool[at + 8] ?? 0) & 0x3f);
  }
  return pool.toString('hex');
}
