-- The ledger: an effect goes on to its next state, from those it may come from.
-- ARGV  1 effect  2 states it may be in, each with a blank behind  3 next state
--       4… field and value
-- Gives {now, field, value, …}, or {} if the effect is in another state.
local key, now = EFFECT .. ARGV[1], server_now()
local found = redis.call('HMGET', key, 'state', 'perk')
local state = found[1] or 'none'
if not string.find(ARGV[2], state .. ' ', 1, true) then return {} end
redis.call('HSET', key, 'state', ARGV[3], ARGV[3], now, unpack(ARGV, 4))
if ARGV[3] == 'sent' then redis.call('HINCRBY', key, 'sends', 1) end
if ARGV[3] == 'confirmed' then count('effects_confirmed') end
redis.call('HINCRBY', TALLY, 'effect:' .. ARGV[3] .. ':' .. (found[2] or ''), 1)
local answer = redis.call('HGETALL', key)
table.insert(answer, 1, now)
return answer
