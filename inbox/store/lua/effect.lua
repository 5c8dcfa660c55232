-- Shared by the scripts of the ledger.

-- Fields and values by their names.
local function by_name(words)
  local named = {}
  for i = 1, #words, 2 do named[words[i]] = words[i + 1] end
  return named
end

-- Store a planned effect, once; `fields` are those of a new one, from the n-th on. Returns the fields
-- and values that are stored then; of one that is archived, {'archived', delivery, 'record', …}.
local function plan_effect(effect, holder, customer, life, fields, n, now)
  local key = EFFECT .. effect
  local stands = redis.call('HGETALL', key)
  if #stands > 0 then
    -- A job that is tried again after weeks needs it for as long as from now.
    local known = by_name(stands)
    for _, each in ipairs({key, EFFECTS_OF .. 'holder:' .. known.holder,
        EFFECTS_OF .. 'customer:' .. known.customer}) do
      redis.call('PEXPIRE', each, life)
    end
    return stands
  end
  local delivery, entry = archived('e:', effect)
  if delivery then return {'archived', delivery, 'record', entry[2][4]} end
  stands = {'state', 'planned', 'planned', now, 'holder', holder, 'customer', customer,
    unpack(fields, n)}
  redis.call('HSET', key, unpack(stands))
  local indexes = {EFFECTS_OF .. 'holder:' .. holder}
  -- Not every event is about a customer.
  if customer ~= '' then
    local index = EFFECTS_OF .. 'customer:' .. customer
    table.insert(indexes, index)
    -- Entries before these are gone; the index of a busy customer lives on.
    redis.call('ZREMRANGEBYSCORE', index, '-inf', now - tonumber(life))
  end
  for _, index in ipairs(indexes) do
    redis.call('ZADD', index, now, effect)
    redis.call('PEXPIRE', index, life)
  end
  redis.call('PEXPIRE', key, life)
  -- Its delivery takes it along when it is folded.
  local planned_by = DELIVERY .. delivery_of(by_name(stands).job or '')
  if redis.call('TYPE', planned_by).ok == 'hash' then
    redis.call('HSET', planned_by, 'made:' .. effect, '')
  end
  redis.call('HINCRBY', TALLY, 'effect:planned:' .. (by_name(stands).perk or ''), 1)
  return stands
end

local function take_lock(name, owner, life)
  local key = CARD .. name
  if redis.call('SET', key, owner, 'NX', 'PX', life) then return true end
  if redis.call('GET', key) ~= owner then return false end
  redis.call('PEXPIRE', key, life)
  return true
end
