-- The ledger: note an effect that is to be made, once; give what stands there.
-- ARGV  1 effect  2 holder  3 customer  4 life in ms  5… field and value of a new one
-- Gives {now, field, value, …}.
local key, now = EFFECT .. ARGV[1], server_now()
if redis.call('EXISTS', key) == 0 then
  redis.call('HSET', key, 'state', 'planned', 'planned', now, 'holder', ARGV[2],
    'customer', ARGV[3], unpack(ARGV, 5))
  local indexes = {EFFECTS_OF .. 'holder:' .. ARGV[2]}
  -- Not every event is about a customer.
  if ARGV[3] ~= '' then table.insert(indexes, EFFECTS_OF .. 'customer:' .. ARGV[3]) end
  for _, index in ipairs(indexes) do
    -- Entries before these are gone; the index of a busy customer lives on.
    redis.call('ZREMRANGEBYSCORE', index, '-inf', now - tonumber(ARGV[4]))
    redis.call('ZADD', index, now, ARGV[1])
    redis.call('PEXPIRE', index, ARGV[4])
  end
  redis.call('PEXPIRE', key, ARGV[4])
  count('effects_planned')
  local perk = redis.call('HGET', key, 'perk') or ''
  redis.call('HINCRBY', TALLY, 'effect:planned:' .. perk, 1)
end
local answer = redis.call('HGETALL', key)
table.insert(answer, 1, now)
return answer
