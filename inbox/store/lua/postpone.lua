-- A downstream cannot be called now: running to waiting, and the run does not count as a try.
-- ARGV by name: job, fence, delay_ms, reason, error
-- Returns the time of the next try in ms, or 0 if the lease is not the caller's.
local a = named()
local job, fence = a.job, a.fence
if not holds_lease(job, fence) then return 0 end
local key, now = JOB .. job, server_now()
local next_try = now + tonumber(a.delay_ms)
redis.call('ZREM', RUNNING, job)
redis.call('HSET', key, 'state', 'waiting', 'since', now, 'reason', a.reason, 'error', a.error)
redis.call('HINCRBY', key, 'tries', -1)
redis.call('ZADD', WAITING, next_try, job)
count('postponed')
return next_try
