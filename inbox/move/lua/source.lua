-- Shared by the steps in the source: batches that are set aside.
local ASIDE = MOVING .. ':'

local function aside_of(batch, name) return ASIDE .. batch .. ':' .. name end

local function drop(batch)
  local list = ASIDE .. batch
  local keys = {list}
  for _, name in ipairs(redis.call('LRANGE', list, 0, -1)) do
    table.insert(keys, aside_of(batch, name))
  end
  redis.call('UNLINK', unpack(keys))
  redis.call('HDEL', MOVING, 'batch:' .. batch)
end

local read = {}
function read.string(key) return {redis.call('GET', key)} end
function read.hash(key) return redis.call('HGETALL', key) end
function read.list(key) return redis.call('LRANGE', key, 0, -1) end
function read.set(key) return redis.call('SMEMBERS', key) end
function read.zset(key) return redis.call('ZRANGE', key, 0, -1, 'WITHSCORES') end
function read.stream(key)
  local found = {}
  for _, entry in ipairs(redis.call('XRANGE', key, '-', '+')) do
    table.insert(found, entry[1])
    table.insert(found, #entry[2])
    for _, word in ipairs(entry[2]) do table.insert(found, word) end
  end
  return found
end

-- What is set aside of a key, or nothing if its life has ended meanwhile.
local function row_of(batch, name)
  local key = aside_of(batch, name)
  local kind = redis.call('TYPE', key).ok
  return read[kind] and {name, kind, redis.call('PTTL', key), read[kind](key)}
end

local function read_all(batch)
  local rows = {}
  for _, name in ipairs(redis.call('LRANGE', ASIDE .. batch, 0, -1)) do
    table.insert(rows, row_of(batch, name) or nil)
  end
  return rows
end
