-- The ledger: an effect goes on to its next state, from those it may come from.
-- ARGV  1 effect  2 states it may be in, each with a blank behind  3 next state, '' for the same
--       4 'free' to give its card up, else ''  5 what is left on the card now, '' if not known
--       6 how long that is remembered in ms  7… field and value
-- Gives {now, field, value, …}, or {} if the effect is in another state.
local key, now = EFFECT .. ARGV[1], server_now()
local found = redis.call('HMGET', key, 'state', 'perk', 'card')
local state, card = found[1] or 'none', CARD .. (found[3] or '')
if not string.find(ARGV[2], state .. ' ', 1, true) then return {} end
if ARGV[3] ~= '' then
  redis.call('HSET', key, 'state', ARGV[3], ARGV[3], now, unpack(ARGV, 7))
  if ARGV[3] == 'sent' then
    redis.call('HINCRBY', key, 'sends', 1)
    -- While a change may be under way, nobody knows what is left.
    redis.call('DEL', card .. ':left')
  end
  if ARGV[3] == 'confirmed' then count('effects_confirmed') end
  redis.call('HINCRBY', TALLY, 'effect:' .. ARGV[3] .. ':' .. (found[2] or ''), 1)
end
if ARGV[5] ~= '' then redis.call('SET', card .. ':left', ARGV[5] .. ':' .. now, 'PX', ARGV[6]) end
if ARGV[4] == 'free' and redis.call('GET', card) == ARGV[1] then redis.call('DEL', card) end
local answer = redis.call('HGETALL', key)
table.insert(answer, 1, now)
return answer
