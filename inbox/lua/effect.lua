-- Shared by the scripts that plan effects.

-- Note an effect that is to be made, once; `fields` are those of a new one, from the n-th on.
local function plan_effect(effect, holder, customer, life, fields, n, now)
  local key = EFFECT .. effect
  if redis.call('EXISTS', key) == 1 then return end
  redis.call('HSET', key, 'state', 'planned', 'planned', now, 'holder', holder,
    'customer', customer, unpack(fields, n))
  local indexes = {EFFECTS_OF .. 'holder:' .. holder}
  -- Not every event is about a customer.
  if customer ~= '' then table.insert(indexes, EFFECTS_OF .. 'customer:' .. customer) end
  for _, index in ipairs(indexes) do
    -- Entries before these are gone; the index of a busy customer lives on.
    redis.call('ZREMRANGEBYSCORE', index, '-inf', now - tonumber(life))
    redis.call('ZADD', index, now, effect)
    redis.call('PEXPIRE', index, life)
  end
  redis.call('PEXPIRE', key, life)
  count('effects_planned')
  local perk = redis.call('HGET', key, 'perk') or ''
  redis.call('HINCRBY', TALLY, 'effect:planned:' .. perk, 1)
end

local function take_lock(name, owner, life)
  local key = CARD .. name
  local holds = redis.call('GET', key)
  if holds and holds ~= owner then return false end
  redis.call('SET', key, owner, 'PX', life)
  return true
end
