import type { RedisScript } from '../redis/redis-state';

// KEYS: record, lock. A record is a hash with the fields `fingerprint`, `since`, `until`, `owner` (the newest attempt),
// `maker` (the first attempt) and `answer` (the response, if known). The lock contains the owner of the current attempt.
// It expires. Times in records are epoch milliseconds of the gateway, as text. Redis may run a command late after a
// timeout, or twice after a retry. Therefore scripts check the owner. Only ANSWER does not: the first response counts.

/** ARGV: fingerprint, owner, now, lease, until, ttl. */
export const BEGIN: RedisScript = {
  name: 'idempotencyBegin',
  lua: `
local row = redis.call('HMGET', KEYS[1], 'fingerprint', 'since', 'until', 'answer')
if row[1] then
  if row[1] ~= ARGV[1] then return { 'key-reused' } end
  if row[4] then return { 'answered', row[4] } end
end
if not redis.call('SET', KEYS[2], ARGV[2], 'NX', 'PX', ARGV[4]) then return { 'in-progress' } end
redis.call('HSET', KEYS[1], 'owner', ARGV[2])
if row[1] then
  if tonumber(ARGV[3]) >= tonumber(row[3]) then redis.call('HSET', KEYS[1], 'until', ARGV[5]) end
  redis.call('PEXPIRE', KEYS[1], ARGV[6])
  return { 'in-doubt', row[2], row[3] }
end
redis.call('HSET', KEYS[1], 'fingerprint', ARGV[1], 'since', ARGV[3], 'until', ARGV[5], 'maker', ARGV[2])
redis.call('PEXPIRE', KEYS[1], ARGV[6])
return { 'new' }`,
};

/** ARGV: owner. Reverts a `BEGIN` whose reply was lost. Nothing was sent to Airbyte after it. */
export const UNDO_BEGIN: RedisScript = {
  name: 'idempotencyUndoBegin',
  lua: `
if redis.call('HGET', KEYS[1], 'maker') == ARGV[1] then redis.call('DEL', KEYS[1]) end
if redis.call('GET', KEYS[2]) == ARGV[1] then redis.call('DEL', KEYS[2]) end
return 1`,
};

/** ARGV: owner, lease, until (empty: unchanged). Renews a lease, even an expired one, unless another attempt has it. */
export const KEEP_ALIVE: RedisScript = {
  name: 'idempotencyKeepAlive',
  lua: `
local holder = redis.call('GET', KEYS[2])
if holder and holder ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[2], ARGV[1], 'PX', ARGV[2])
if ARGV[3] ~= '' and redis.call('EXISTS', KEYS[1]) == 1 then redis.call('HSET', KEYS[1], 'until', ARGV[3]) end
return 1`,
};

/** ARGV: owner, answer, ttl. Stores the first response, even after the lease has expired. */
export const ANSWER: RedisScript = {
  name: 'idempotencyAnswer',
  lua: `
if redis.call('EXISTS', KEYS[1]) == 1 and redis.call('HSETNX', KEYS[1], 'answer', ARGV[2]) == 1 then
  redis.call('PEXPIRE', KEYS[1], ARGV[3])
end
if redis.call('GET', KEYS[2]) == ARGV[1] then redis.call('DEL', KEYS[2]) end
return 1`,
};

/** ARGV: owner. Deletes the record, so that the key is free again. */
export const FORGET: RedisScript = {
  name: 'idempotencyForget',
  lua: `
if redis.call('HGET', KEYS[1], 'owner') ~= ARGV[1] then return 0 end
redis.call('DEL', KEYS[1])
if redis.call('GET', KEYS[2]) == ARGV[1] then redis.call('DEL', KEYS[2]) end
return 1`,
};

/** ARGV: owner, until. Ends the attempt with an unknown outcome. */
export const DOUBT: RedisScript = {
  name: 'idempotencyDoubt',
  lua: `
if redis.call('HGET', KEYS[1], 'owner') ~= ARGV[1] then return 0 end
redis.call('HSET', KEYS[1], 'until', ARGV[2])
if redis.call('GET', KEYS[2]) == ARGV[1] then redis.call('DEL', KEYS[2]) end
return 1`,
};

/**
 * KEYS: the sorted set of a caller's records, scored by expiry time. ARGV: id, ttl, limit. Returns 0 if the record is new and
 * the caller has reached its limit. The clock is that of Redis, because all replicas share it.
 */
export const TAKE_SHARE: RedisScript = {
  name: 'idempotencyTakeShare',
  lua: `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
if not redis.call('ZSCORE', KEYS[1], ARGV[1]) and redis.call('ZCARD', KEYS[1]) >= tonumber(ARGV[3]) then return 0 end
redis.call('ZADD', KEYS[1], now + ARGV[2], ARGV[1])
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return 1`,
};

/** KEYS: same as {@link TAKE_SHARE}. ARGV: id. */
export const RELEASE_SHARE: RedisScript = {
  name: 'idempotencyReleaseShare',
  lua: `return redis.call('ZREM', KEYS[1], ARGV[1])`,
};
