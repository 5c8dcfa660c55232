-- The ledger: move an effect to its next state, from those it may come from.
-- ARGV by name: effect, from (states it may be in, each with a blank behind), to (the next state, ''
-- for the same), free ('free' to give up its card, else ''), left (on the card now, '' if unknown),
-- left_ms (how long that is remembered); then field and value
-- Returns {now, field, value, …}, or {} if the effect is in another state.
local a, first = named()
local key, now = EFFECT .. a.effect, server_now()
local found = by_name(redis.call('HGETALL', key))
local state, card = found.state or 'none', CARD .. (found.card or '')
if not string.find(a.from, state .. ' ', 1, true) then return {} end
if a.to ~= '' then
  local new = {'state', a.to, a.to, now, unpack(ARGV, first)}
  if a.to == 'sent' then
    table.insert(new, 'sends')
    table.insert(new, (found.sends or 0) + 1)
    -- While a change may be under way, what is left is unknown.
    redis.call('DEL', card .. ':left')
  end
  redis.call('HSET', key, unpack(new))
  redis.call('HINCRBY', TALLY, 'effect:' .. a.to .. ':' .. (found.perk or ''), 1)
  for name, value in pairs(by_name(new)) do found[name] = value end
end
if a.left ~= '' then redis.call('SET', card .. ':left', a.left .. ':' .. now, 'PX', a.left_ms) end
if a.free == 'free' and redis.call('GET', card) == a.effect then redis.call('DEL', card) end
local answer = {now}
for name, value in pairs(found) do
  table.insert(answer, name)
  table.insert(answer, value)
end
return answer
