import type { RedisScript } from '../../redis/redis-state';

// Keys of all scripts: 1 lease: the process that delivers; it expires. 2 webhooks: a hash of the JSON of each webhook.
// 3 owners: a hash of the number of webhooks of each caller. Keys of scripts for one webhook, in addition:
// 4 deliveries: a hash of the JSON of each delivery, by the id of the event. 5 due: a sorted set of unfinished ones by the time
// of the next attempt. 6 order: a sorted set of all by number. 7 finished: a sorted set of finished ones by number.
// 8 numbers: the number of the newest delivery.
// The JSON of a webhook has the members version, owner, config, cursor (texts) and failingSinceMs.

/** ARGV: process, lease in ms. Takes or renews the lease. */
export const LEAD: RedisScript = {
  name: 'webhooksLead',
  lua: `
local holder = redis.call('GET', KEYS[1])
if holder and holder ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 1`,
};

/** ARGV: process. Gives the lease back. */
export const RESIGN: RedisScript = {
  name: 'webhooksResign',
  lua: `
if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end
return 1`,
};

export const LIST: RedisScript = {
  name: 'webhooksList',
  lua: `return redis.call('HGETALL', KEYS[2])`,
};

/** ARGV: id. */
export const FIND: RedisScript = {
  name: 'webhooksFind',
  lua: `return redis.call('HGET', KEYS[2], ARGV[1])`,
};

/** ARGV: id, owner, config, cursor, maximum of the owner, maximum of all. Returns 0, or which maximum is reached. */
export const CREATE: RedisScript = {
  name: 'webhooksCreate',
  lua: `
if redis.call('HLEN', KEYS[2]) >= tonumber(ARGV[6]) then return 2 end
if tonumber(redis.call('HGET', KEYS[3], ARGV[2]) or '0') >= tonumber(ARGV[5]) then return 1 end
redis.call('HINCRBY', KEYS[3], ARGV[2], 1)
redis.call('HSET', KEYS[2], ARGV[1],
  cjson.encode({ version = 1, owner = ARGV[2], config = ARGV[3], cursor = ARGV[4], failingSinceMs = 0 }))
return 0`,
};

/** ARGV: id, version, config, cursor or nothing, whether it counts as not failing. */
export const UPDATE: RedisScript = {
  name: 'webhooksUpdate',
  lua: `
local text = redis.call('HGET', KEYS[2], ARGV[1])
if not text then return 0 end
local webhook = cjson.decode(text)
if webhook.version ~= tonumber(ARGV[2]) then return 0 end
webhook.version = webhook.version + 1
webhook.config = ARGV[3]
if ARGV[4] ~= '' then webhook.cursor = ARGV[4] end
if ARGV[5] == '1' then webhook.failingSinceMs = 0 end
redis.call('HSET', KEYS[2], ARGV[1], cjson.encode(webhook))
return 1`,
};

/** ARGV: id. */
export const REMOVE: RedisScript = {
  name: 'webhooksRemove',
  lua: `
local text = redis.call('HGET', KEYS[2], ARGV[1])
if not text then return 0 end
local owner = cjson.decode(text).owner
if redis.call('HINCRBY', KEYS[3], owner, -1) <= 0 then redis.call('HDEL', KEYS[3], owner) end
redis.call('HDEL', KEYS[2], ARGV[1])
redis.call('UNLINK', KEYS[4], KEYS[5], KEYS[6], KEYS[7], KEYS[8])
return 1`,
};

/** ARGV: number before which the page begins, limit. Returns numbers and texts in turn. */
export const PAGE: RedisScript = {
  name: 'webhooksPage',
  lua: `
local found = redis.call('ZREVRANGEBYSCORE', KEYS[6], '(' .. ARGV[1], '-inf', 'WITHSCORES', 'LIMIT', 0, ARGV[2])
local page = {}
for at = 1, #found, 2 do
  page[at] = found[at + 1]
  page[at + 1] = redis.call('HGET', KEYS[4], found[at])
end
return page`,
};

/** ARGV: id of the event. */
export const DELIVERY: RedisScript = {
  name: 'webhooksDelivery',
  lua: `return redis.call('HGET', KEYS[4], ARGV[1])`,
};

/** ARGV: id, id of the event, text, time of the next attempt. */
export const REQUEUE: RedisScript = {
  name: 'webhooksRequeue',
  lua: `
local text = redis.call('HGET', KEYS[2], ARGV[1])
if not text or redis.call('HEXISTS', KEYS[4], ARGV[2]) == 0 then return 0 end
redis.call('HSET', KEYS[4], ARGV[2], ARGV[3])
redis.call('ZADD', KEYS[5], ARGV[4], ARGV[2])
redis.call('ZREM', KEYS[7], ARGV[2])
local webhook = cjson.decode(text)
webhook.version = webhook.version + 1
redis.call('HSET', KEYS[2], ARGV[1], cjson.encode(webhook))
return 1`,
};

/**
 * ARGV: process, id, version, cursor, time from which finished deliveries are kept, maximum of them; then id of the event, text
 * and time of the next attempt of each delivery. The lease is the fencing: a process that was replaced stores nothing.
 */
export const ENQUEUE: RedisScript = {
  name: 'webhooksEnqueue',
  lua: `
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
local text = redis.call('HGET', KEYS[2], ARGV[2])
if not text then return 0 end
local webhook = cjson.decode(text)
if webhook.version ~= tonumber(ARGV[3]) then return 0 end
webhook.cursor = ARGV[4]
redis.call('HSET', KEYS[2], ARGV[2], cjson.encode(webhook))
for at = 7, #ARGV, 3 do
  local event = ARGV[at]
  local known = redis.call('HGET', KEYS[4], event)
  if not known or cjson.decode(known).state == 'failed' then
    redis.call('HSET', KEYS[4], event, ARGV[at + 1])
    redis.call('ZADD', KEYS[5], ARGV[at + 2], event)
    redis.call('ZREM', KEYS[7], event)
    if not known then redis.call('ZADD', KEYS[6], redis.call('INCR', KEYS[8]), event) end
  end
end
local excess = redis.call('ZCARD', KEYS[7]) - tonumber(ARGV[6])
for index, event in ipairs(redis.call('ZRANGE', KEYS[7], 0, 299)) do
  if index > excess and cjson.decode(redis.call('HGET', KEYS[4], event)).observedAtMs >= tonumber(ARGV[5]) then break end
  redis.call('HDEL', KEYS[4], event)
  redis.call('ZREM', KEYS[6], event)
  redis.call('ZREM', KEYS[7], event)
end
return 1`,
};

/** ARGV: process, id, id of the event, text, time of the next attempt or nothing, failingSinceMs. */
export const SETTLE: RedisScript = {
  name: 'webhooksSettle',
  lua: `
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
local text = redis.call('HGET', KEYS[2], ARGV[2])
if not text or redis.call('HEXISTS', KEYS[4], ARGV[3]) == 0 then return 0 end
redis.call('HSET', KEYS[4], ARGV[3], ARGV[4])
if ARGV[5] == '' then
  redis.call('ZREM', KEYS[5], ARGV[3])
  redis.call('ZADD', KEYS[7], redis.call('ZSCORE', KEYS[6], ARGV[3]), ARGV[3])
else
  redis.call('ZADD', KEYS[5], ARGV[5], ARGV[3])
end
local webhook = cjson.decode(text)
if webhook.failingSinceMs ~= tonumber(ARGV[6]) then
  webhook.failingSinceMs = tonumber(ARGV[6])
  redis.call('HSET', KEYS[2], ARGV[2], cjson.encode(webhook))
end
return 1`,
};

/** ARGV: now, limit. Returns the number of unfinished deliveries, the time of the next one that is not due, and texts. */
export const DUE: RedisScript = {
  name: 'webhooksDue',
  lua: `
local texts = {}
for index, event in ipairs(redis.call('ZRANGEBYSCORE', KEYS[5], '-inf', ARGV[1], 'LIMIT', 0, ARGV[2])) do
  texts[index] = redis.call('HGET', KEYS[4], event)
end
local next = redis.call('ZRANGEBYSCORE', KEYS[5], '(' .. ARGV[1], '+inf', 'WITHSCORES', 'LIMIT', 0, 1)
return { redis.call('ZCARD', KEYS[5]), next[2] or '', texts }`,
};
