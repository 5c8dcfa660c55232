-- A downstream cannot be called now: running to waiting, and the run does not count as a try.
-- ARGV  1 job  2 fence  3 delay in ms  4 reason  5 error
-- Gives the time of the next try in ms, or 0 if the lease is not the caller's.
local job, fence = ARGV[1], ARGV[2]
if not holds_lease(job, fence) then return 0 end
local key, now = JOB .. job, server_now()
local next_try = now + tonumber(ARGV[3])
redis.call('ZREM', RUNNING, job)
redis.call('HSET', key, 'state', 'waiting', 'since', now, 'reason', ARGV[4], 'error', ARGV[5])
redis.call('HINCRBY', key, 'tries', -1)
redis.call('ZADD', WAITING, next_try, job)
count('postponed')
return next_try
