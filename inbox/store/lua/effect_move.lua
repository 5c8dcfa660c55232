-- The ledger: an effect goes on to its next state, from those it may come from.
-- ARGV  1 effect  2 states it may be in, each with a blank behind  3 next state, '' for the same
--       4 'free' to give its card up, else ''  5 what is left on the card now, '' if not known
--       6 how long that is remembered in ms  7… field and value
-- Gives {now, field, value, …}, or {} if the effect is in another state.
local key, now = EFFECT .. ARGV[1], server_now()
local found = by_name(redis.call('HGETALL', key))
local state, card = found.state or 'none', CARD .. (found.card or '')
if not string.find(ARGV[2], state .. ' ', 1, true) then return {} end
if ARGV[3] ~= '' then
  local new = {'state', ARGV[3], ARGV[3], now, unpack(ARGV, 7)}
  if ARGV[3] == 'sent' then
    table.insert(new, 'sends')
    table.insert(new, (found.sends or 0) + 1)
    -- While a change may be under way, nobody knows what is left.
    redis.call('DEL', card .. ':left')
  end
  redis.call('HSET', key, unpack(new))
  redis.call('HINCRBY', TALLY, 'effect:' .. ARGV[3] .. ':' .. (found.perk or ''), 1)
  for name, value in pairs(by_name(new)) do found[name] = value end
end
if ARGV[5] ~= '' then redis.call('SET', card .. ':left', ARGV[5] .. ':' .. now, 'PX', ARGV[6]) end
if ARGV[4] == 'free' and redis.call('GET', card) == ARGV[1] then redis.call('DEL', card) end
local answer = {now}
for name, value in pairs(found) do
  table.insert(answer, name)
  table.insert(answer, value)
end
return answer
