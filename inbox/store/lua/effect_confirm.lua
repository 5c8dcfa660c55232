-- The ledger: an effect that is harmless when repeated was made. Store it as confirmed, planned
-- before or not, unless it is.
-- ARGV by name: effect, holder, customer, life_ms, given (how many of the fields behind are of the
-- confirmation); then field and value, those first
-- Returns 1, or 0 if it was confirmed before.
local a, first = named()
local key, now = EFFECT .. a.effect, server_now()
local found = by_name(plan_effect(a.effect, a.holder, a.customer, a.life_ms, ARGV, first, now))
-- What is archived has no state here: it was confirmed.
if not found.state or found.state == 'confirmed' then return 0 end
redis.call('HSET', key, 'state', 'confirmed', 'confirmed', now,
  unpack(ARGV, first, first + 2 * a.given - 1))
redis.call('HINCRBY', TALLY, 'effect:confirmed:' .. (found.perk or ''), 1)
return 1
