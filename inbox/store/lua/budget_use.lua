-- A call is made now: one of those reserved, or one of those left.
-- ARGV by name: downstream, caller, number (of the call, from 1), most (calls) in ms,
-- reservation_ms (how long reserved calls may be made uncounted); of a call that waits while other
-- jobs wait for the budget also run (that makes it), used and reserved (calls; the run needs no more
-- of these and returns them)
-- Returns 0, or how many ms to wait if the call was not reserved and none is left.
local a = named()
local budget, now = BUDGET .. a.downstream, server_now()
local member, window = a.caller .. '|' .. a.number, tonumber(a.ms)
local life, low = window + tonumber(a.reservation_ms), GATE .. a.downstream .. ':low'
if a.run then
  give_back(budget, a.run, tonumber(a.used), tonumber(a.reserved), life, now)
  local wait = redis.call('PTTL', low)
  if wait >= 0 then return math.max(wait, 1) end
end
if not redis.call('ZSCORE', budget, member) then
  redis.call('ZREMRANGEBYSCORE', budget, '-inf', now - window)
  local beyond = redis.call('ZCARD', budget) - tonumber(a.most)
  if beyond >= 0 then
    local last = redis.call('ZRANGE', budget, beyond, beyond, 'WITHSCORES')
    local wait = math.max(math.min(tonumber(last[2]) + window - now, window), 1)
    if not a.run then redis.call('SET', low, 1, 'PX', 2 * wait + 5000) end
    return wait
  end
end
redis.call('ZADD', budget, now, member)
redis.call('PEXPIRE', budget, life)
return 0
