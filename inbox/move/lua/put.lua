-- Store a batch in the target, once.
-- ARGV  1 id of the move  2 batch  3 rows of `take`, packed
-- Returns 1, or 0 if it was stored before.
if redis.call('HGET', MOVING, 'id') ~= ARGV[1] then return redis.error_reply('MOVEOTHER') end
local mark = 'batch:' .. ARGV[2]
if redis.call('HEXISTS', MOVING, mark) == 1 then return 0 end
local rows = cmsgpack.unpack(ARGV[3])

local function delivery_in(name) return string.match(name, '^delivery:(.+)$') end

-- Before anything is written: a script that ends in the middle stays half done.
for _, row in ipairs(rows) do
  local there = redis.call('TYPE', PREFIX .. row[1]).ok
  if there ~= 'none' and there ~= row[2] and not delivery_in(row[1]) then
    return redis.error_reply('MOVECLASH ' .. row[1])
  end
end

-- What both sides count.
local SUMS = {counts = true, delay = true, tally = true}

local put = {}

function put.string(key, name, values)
  -- The same webhook came to the target, too.
  if delivery_in(name) and redis.call('EXISTS', key) == 1 then return false end
  -- A number that may only go up.
  if name == 'barrier' and tonumber(redis.call('GET', key) or 0) >= tonumber(values[1]) then
    return false
  end
  redis.call('SET', key, values[1])
end

function put.hash(key, name, values)
  if SUMS[name] then
    for i = 1, #values, 2 do redis.call('HINCRBY', key, values[i], values[i + 1]) end
    return
  end
  local delivery = delivery_in(name)
  if delivery then
    -- What was claimed or completed in the source stands, and no worker has claimed it here.
    if redis.call('TYPE', key).ok == 'string' then redis.call('DEL', key) end
    redis.call('ZREM', PREFIX .. 'fresh', delivery)
  end
  redis.call('HSET', key, unpack(values))
end

function put.list(key, name, values)
  if not is_queue(name) then
    redis.call('RPUSH', key, unpack(values))
    return
  end
  -- The right end is delivered next. What is there came before, or came to the target itself.
  for i = #values, 1, -1 do redis.call('LPUSH', key, values[i]) end
end

function put.set(key, _, values) redis.call('SADD', key, unpack(values)) end

function put.zset(key, name, values)
  for i = 1, #values, 2 do
    local member, score = values[i], values[i + 1]
    if name ~= 'fresh' then
      redis.call('ZADD', key, score, member)
    elseif redis.call('TYPE', PREFIX .. 'delivery:' .. member).ok ~= 'hash' then
      redis.call('ZADD', key, 'LT', score, member)
    end
  end
end

function put.stream(key, _, values)
  local i = 1
  while i < #values do
    local many = values[i + 1]
    -- An entry that is there already is refused, for ids only go up.
    redis.pcall('XADD', key, values[i], unpack(values, i + 2, i + 1 + many))
    i = i + 2 + many
  end
end

for _, row in ipairs(rows) do
  local name, kind, life, values = row[1], row[2], row[3], row[4]
  local key = PREFIX .. name
  if #values > 0 and put[kind](key, name, values) ~= false and life >= 0 then
    redis.call('PEXPIRE', key, math.max(life, 1))
  end
end
redis.call('HSET', MOVING, mark, 1, 'put', 1)
return 1
