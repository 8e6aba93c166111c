import { randomFillSync } from 'node:crypto';

const POOL_BYTES = 16 * 1024;
const pool = Buffer.alloc(POOL_BYTES);
let used = POOL_BYTES;

/** A random UUID (version 4) from pooled random bytes, because each row needs one. */
export function recordId(): string {
  if (used === POOL_BYTES) {
    randomFillSync(pool);
    used = 0;
  }
  const version = 0x40 | ((pool[used + 6] ?? 0) & 0x0f);
  const variant = 0x80 | ((pool[used + 8] ?? 0) & 0x3f);
  pool[used + 6] = version;
  pool[used + 8] = variant;
  const hex = pool.toString('hex', used, used + 16);
  used += 16;
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
