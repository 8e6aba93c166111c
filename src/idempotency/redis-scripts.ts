/**
 * KEYS: record, lock. A record is a hash of `fingerprint`, `since`, `until`, `owner` (of the last attempt), `maker` (of the
 * first) and, once there is one, `answer`. The lock says whose attempt is alive, and Redis ends it. Times in records are the
 * gateway's, as text. Redis may carry out late what was given up, and twice what was tried again: so an attempt changes
 * only what nobody has taken over since.
 */

/** ARGV: fingerprint, owner, now, lease, until, ttl. */
export const BEGIN = `
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
return { 'new' }`;

/** ARGV: owner. Of an attempt that never learned that it had begun, and has done nothing. */
export const UNDO_BEGIN = `
if redis.call('HGET', KEYS[1], 'maker') == ARGV[1] then redis.call('DEL', KEYS[1]) end
if redis.call('GET', KEYS[2]) == ARGV[1] then redis.call('DEL', KEYS[2]) end
return 1`;

/** ARGV: owner, lease, until or an empty text. A lease that ran out is taken again unless somebody else has it. */
export const KEEP_ALIVE = `
local holder = redis.call('GET', KEYS[2])
if holder and holder ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[2], ARGV[1], 'PX', ARGV[2])
if ARGV[3] ~= '' and redis.call('EXISTS', KEYS[1]) == 1 then redis.call('HSET', KEYS[1], 'until', ARGV[3]) end
return 1`;

/** ARGV: owner, answer, ttl. An outcome is an outcome, also when the lease ran out on the way; the first one stays. */
export const ANSWER = `
if redis.call('EXISTS', KEYS[1]) == 1 and redis.call('HSETNX', KEYS[1], 'answer', ARGV[2]) == 1 then
  redis.call('PEXPIRE', KEYS[1], ARGV[3])
end
if redis.call('GET', KEYS[2]) == ARGV[1] then redis.call('DEL', KEYS[2]) end
return 1`;

/** ARGV: owner. */
export const FORGET = `
if redis.call('HGET', KEYS[1], 'owner') ~= ARGV[1] then return 0 end
redis.call('DEL', KEYS[1])
if redis.call('GET', KEYS[2]) == ARGV[1] then redis.call('DEL', KEYS[2]) end
return 1`;

/** ARGV: owner, until. */
export const DOUBT = `
if redis.call('HGET', KEYS[1], 'owner') ~= ARGV[1] then return 0 end
redis.call('HSET', KEYS[1], 'until', ARGV[2])
if redis.call('GET', KEYS[2]) == ARGV[1] then redis.call('DEL', KEYS[2]) end
return 1`;

/**
 * KEYS: the sorted set of a caller's records, by the end of their time. ARGV: id, ttl, limit. Returns 0 when the record is new
 * and the caller has as many as it may. The time is that of Redis, which all replicas share.
 */
export const TAKE_SHARE = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
if not redis.call('ZSCORE', KEYS[1], ARGV[1]) and redis.call('ZCARD', KEYS[1]) >= tonumber(ARGV[3]) then return 0 end
redis.call('ZADD', KEYS[1], now + ARGV[2], ARGV[1])
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return 1`;

/** KEYS: as for {@link TAKE_SHARE}. ARGV: id. */
export const GIVE_SHARE_BACK = `return redis.call('ZREM', KEYS[1], ARGV[1])`;
