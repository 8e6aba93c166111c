import type { RedisScript } from '../../redis/redis-state';

// Keys of a script, in this order:
// 1 lease: the writer. It expires.
// 2 meta: a hash with `version` (the number of changes), `begunAtMs`, `cursorMs`, `newestDropped`, `completeUntilMs`, `readAtMs`.
// 3 events: the stream. Fields in this order: id, type, connection or webhook, workspace, sequence, time of observation, content.
// 4 ids: a hash of position and workspace by the id of the event.
// 5 known: a hash of what is known of each ingestion.
// 6 sequences: a hash of the number of events of each ingestion.

/** ARGV: owner, lease in ms, completeUntilMs or nothing. Takes or renews the lease. */
export const LEAD: RedisScript = {
  name: 'eventsLead',
  lua: `
local holder = redis.call('GET', KEYS[1])
if holder and holder ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
if ARGV[3] ~= '' then redis.call('HSET', KEYS[2], 'completeUntilMs', ARGV[3]) end
return 1`,
};

/** ARGV: owner. Gives the lease back. */
export const RESIGN: RedisScript = {
  name: 'eventsResign',
  lua: `
if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end
return 1`,
};

/** Values of the hash `meta`. ARGV: names. */
export const META: RedisScript = {
  name: 'eventsMeta',
  lua: `return redis.call('HMGET', KEYS[2], unpack(ARGV))`,
};

/** ARGV: cursor. A part of what is known. */
export const KNOWN: RedisScript = {
  name: 'eventsKnown',
  lua: `return redis.call('HSCAN', KEYS[5], ARGV[1], 'COUNT', 500)`,
};

/**
 * ARGV: owner, version, begunAtMs, cursorMs, time from which events are kept, maximum of events, number of drafts; six values for
 * each draft (id, type, connection, workspace, time of observation, content); then connection and state of each ingestion.
 * The version is the fencing token: a writer that was replaced, or whose changes Redis has lost, stores nothing.
 */
export const APPEND: RedisScript = {
  name: 'eventsAppend',
  lua: `
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return -1 end
local version = tonumber(redis.call('HGET', KEYS[2], 'version') or '0')
if version ~= tonumber(ARGV[2]) then return -1 end
local drafts = tonumber(ARGV[7])
for draft = 0, drafts - 1 do
  local at = 8 + draft * 6
  local id, type, connection, workspace, observed, content = unpack(ARGV, at, at + 5)
  if redis.call('HEXISTS', KEYS[4], id) == 0 then
    local sequence = redis.call('HINCRBY', KEYS[6], connection, 1)
    local position = redis.call('XADD', KEYS[3], '*', 'i', id, 't', type, 'c', connection, 'w', workspace,
      'n', sequence, 'o', observed, 'd', content)
    redis.call('HSET', KEYS[4], id, position .. ' ' .. workspace)
  end
end
for at = 8 + drafts * 6, #ARGV, 2 do redis.call('HSET', KEYS[5], ARGV[at], ARGV[at + 1]) end
redis.call('HSET', KEYS[2], 'version', version + 1, 'begunAtMs', ARGV[3], 'cursorMs', ARGV[4])
local keptFrom, limit = tonumber(ARGV[5]), tonumber(ARGV[6])
local excess = redis.call('XLEN', KEYS[3]) - limit
local oldest = redis.call('XRANGE', KEYS[3], '-', '+', 'COUNT', 1)[1]
if not oldest or (excess <= 0 and tonumber(oldest[2][12]) >= keptFrom) then return version + 1 end
for index, entry in ipairs(redis.call('XRANGE', KEYS[3], '-', '+', 'COUNT', 300)) do
  local fields = entry[2]
  if index > excess and tonumber(fields[12]) >= keptFrom then break end
  redis.call('XDEL', KEYS[3], entry[1])
  redis.call('HDEL', KEYS[4], fields[2])
  redis.call('HSET', KEYS[2], 'newestDropped', entry[1])
  -- The number of events of an ingestion is needed as long as there are some.
  if fields[4] == 'ingestion.deleted' and redis.call('HGET', KEYS[6], fields[6]) == fields[10] then
    redis.call('HDEL', KEYS[6], fields[6])
    redis.call('HDEL', KEYS[5], fields[6])
  end
end
return version + 1`,
};

/** ARGV: id, type, subject, workspace, time of observation, content, sequence. Nothing happens if the id is known. */
export const PUBLISH: RedisScript = {
  name: 'eventsPublish',
  lua: `
if redis.call('HEXISTS', KEYS[4], ARGV[1]) == 1 then return 0 end
local position = redis.call('XADD', KEYS[3], '*', 'i', ARGV[1], 't', ARGV[2], 'c', ARGV[3], 'w', ARGV[4],
  'n', ARGV[7], 'o', ARGV[5], 'd', ARGV[6])
redis.call('HSET', KEYS[4], ARGV[1], position .. ' ' .. ARGV[4])
return 1`,
};

/** ARGV: position before the first one, or `-`; number. */
export const READ: RedisScript = {
  name: 'eventsRead',
  lua: `
local from = ARGV[1] == '-' and '-' or '(' .. ARGV[1]
return redis.call('XRANGE', KEYS[3], from, '+', 'COUNT', ARGV[2])`,
};

/** ARGV: id of an event. */
export const FIND: RedisScript = {
  name: 'eventsFind',
  lua: `
local found = redis.call('HGET', KEYS[4], ARGV[1])
if not found then return {} end
local position = string.match(found, '^%S+')
return redis.call('XRANGE', KEYS[3], position, position)`,
};

/** The oldest and the newest event. */
export const ENDS: RedisScript = {
  name: 'eventsEnds',
  lua: `
return { redis.call('XRANGE', KEYS[3], '-', '+', 'COUNT', 1), redis.call('XREVRANGE', KEYS[3], '+', '-', 'COUNT', 1) }`,
};

/** ARGV: time of a reader in epoch ms. */
export const NOTE_READER: RedisScript = {
  name: 'eventsNoteReader',
  lua: `return redis.call('HSET', KEYS[2], 'readAtMs', ARGV[1])`,
};
