-- Set the next keys aside, in the source, and read them.
-- ARGV  1 batch  2 elements that are enough  3 bytes that are enough  4 elements of one part of a
--       larger key
--       5 how many batches follow that the target has confirmed and that are deleted here, and each;
--       then the names of keys, without the prefix
-- Returns {number of the first name that has more, keys set aside, rows}. The rows are packed for
-- `put`: for each {name, type, ms to live or -1, values}. A batch that was taken before is read
-- again.
local batch, most, bytes_most, part = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local first = 6 + ARGV[5]
for i = 6, first - 1 do drop(ARGV[i]) end

local list = ASIDE .. batch
local begun = redis.call('HGET', MOVING, 'batch:' .. batch)
if begun then
  return {tonumber(begun), redis.call('LLEN', list), cmsgpack.pack(read_all(batch))}
end

local SIZE = {hash = 'HLEN', list = 'LLEN', set = 'SCARD', zset = 'ZCARD', stream = 'XLEN'}

-- Move some elements to another key of the same type, in the order in which they are used up.
local split = {}
function split.list(key, aside, name)
  if is_queue(name) then
    redis.call('RPUSH', aside, unpack(redis.call('LRANGE', key, -part, -1)))
    redis.call('LTRIM', key, 0, -part - 1)
  else
    redis.call('RPUSH', aside, unpack(redis.call('LRANGE', key, 0, part - 1)))
    redis.call('LTRIM', key, part, -1)
  end
end
function split.hash(key, aside)
  local found = redis.call('HRANDFIELD', key, part, 'WITHVALUES')
  redis.call('HSET', aside, unpack(found))
  local names = {}
  for i = 1, #found, 2 do table.insert(names, found[i]) end
  redis.call('HDEL', key, unpack(names))
end
function split.set(key, aside)
  redis.call('SADD', aside, unpack(redis.call('SPOP', key, part)))
end
function split.zset(key, aside)
  local found = redis.call('ZPOPMIN', key, part)
  for i = 1, #found, 2 do found[i], found[i + 1] = found[i + 1], found[i] end
  redis.call('ZADD', aside, unpack(found))
end
function split.stream(key, aside)
  local ids = {}
  for i, entry in ipairs(redis.call('XRANGE', key, '-', '+', 'COUNT', part)) do
    ids[i] = entry[1]
    redis.call('XADD', aside, entry[1], unpack(entry[2]))
  end
  redis.call('XDEL', key, unpack(ids))
end

-- Noted before anything is set aside: a script that is refused in the middle leaves nothing that no
-- later run finds.
redis.call('HSET', MOVING, 'batch:' .. batch, 1, 'taken', 1)
local rows, keys, elements, bytes, place = {}, 0, 0, 0, first
while place <= #ARGV and elements < most and bytes < bytes_most do
  local name = ARGV[place]
  local key, aside = PREFIX .. name, aside_of(batch, name)
  local kind = redis.call('TYPE', key).ok
  local is_part = false
  if kind == 'none' then
    -- Its life has ended, or a script of a receiver has deleted it.
    place = place + 1
  else
    if not read[kind] then return redis.error_reply('MOVETYPE ' .. kind) end
    redis.call('RPUSH', list, name)
    local size = SIZE[kind] and redis.call(SIZE[kind], key) or 1
    is_part = size > part
    if is_part then
      local life = redis.call('PTTL', key)
      split[kind](key, aside, name)
      if life > 0 then redis.call('PEXPIRE', aside, life) end
    else
      redis.call('RENAME', key, aside)
      place = place + 1
    end
    keys = keys + 1
    local row = row_of(batch, name)
    table.insert(rows, row)
    elements = elements + math.min(size, part)
    for _, word in ipairs(row and row[4] or {}) do bytes = bytes + #tostring(word) end
    -- A second part of the same key would need a name of its own.
    if is_part then break end
  end
end
redis.call('HSET', MOVING, 'batch:' .. batch, place - first + 1)
return {place - first + 1, keys, cmsgpack.pack(rows)}
