-- The ledger: move an effect to its next state, from those it may come from.
-- ARGV by name: effect, from (states it may be in, each with a blank behind), to (the next state, ''
-- for the same), free ('free' to give up its card, else ''), left (on the card now, '' if unknown),
-- left_ms (how long that is remembered); then field and value
-- Returns {now, field, value, …}, or {} if the effect is in another state.
local a, first = named()
local key, now = EFFECT .. a.effect, server_now()
local found = redis.call('HMGET', key, 'state', 'card', 'sends', 'perk')
local state, card = found[1] or 'none', CARD .. (found[2] or '')
if not string.find(a.from, state .. ' ', 1, true) then return {} end
if a.to ~= '' then
  local new = {'state', a.to, a.to, now, unpack(ARGV, first)}
  if a.to == 'sent' then
    table.insert(new, 'sends')
    table.insert(new, (found[3] or 0) + 1)
    -- While a change may be under way, what is left is unknown.
    redis.call('DEL', card .. ':left')
  end
  redis.call('HSET', key, unpack(new))
  redis.call('HINCRBY', TALLY, 'effect:' .. a.to .. ':' .. (found[4] or ''), 1)
end
if a.left ~= '' then redis.call('SET', card .. ':left', a.left .. ':' .. now, 'PX', a.left_ms) end
if a.free == 'free' and redis.call('GET', card) == a.effect then redis.call('DEL', card) end
return {now, unpack(redis.call('HGETALL', key))}
