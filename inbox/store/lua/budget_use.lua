-- A reserved call is made now.
-- ARGV  1 downstream  2 caller  3 number of the call, from 1  4 most calls  5 in so many ms
--       6 for how many ms reserved calls may be made uncounted
--       7 'spare' for a call that waits while other jobs wait for the budget, else ''
-- Gives 0, or how many ms to wait where the call was not reserved and none is left.
local budget, now = BUDGET .. ARGV[1], server_now()
local member, window = ARGV[2] .. '|' .. ARGV[3], tonumber(ARGV[5])
local low = GATE .. ARGV[1] .. ':low'
if ARGV[7] == 'spare' then
  local wait = redis.call('PTTL', low)
  if wait >= 0 then return math.max(wait, 1) end
end
if not redis.call('ZSCORE', budget, member) then
  redis.call('ZREMRANGEBYSCORE', budget, '-inf', now - window)
  local beyond = redis.call('ZCARD', budget) - tonumber(ARGV[4])
  if beyond >= 0 then
    local last = redis.call('ZRANGE', budget, beyond, beyond, 'WITHSCORES')
    local wait = math.max(math.min(tonumber(last[2]) + window - now, window), 1)
    if ARGV[7] ~= 'spare' then redis.call('SET', low, 1, 'PX', 2 * wait + 5000) end
    return wait
  end
end
redis.call('ZADD', budget, now, member)
redis.call('PEXPIRE', budget, window + tonumber(ARGV[6]))
return 0
